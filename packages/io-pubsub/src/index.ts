/** Pub/Sub as a source of samples and a sink of predictions, exactly once in effect. */
export {};
