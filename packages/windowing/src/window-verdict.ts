/** What a window is judged to be, in the order in which SEMANTICS.md asks. */
export const EMPTY = 0;
export const BELOW_COVERAGE = 1;
export const INCOMPLETE = 2;
/** Whole: ready to be scored. */
export const COMPLETE = 3;
