/** Training sets that equal production: examples, labels, splits, two clocks, verification. */
export {};
