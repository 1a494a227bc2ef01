/**
 * What became of one sample in one track, as a small number. Where tracks disagree the smallest holds, which is the
 * order that SEMANTICS.md gives.
 */
export const APPLIED = 0;
export const SUPERSEDED = 1;
export const DUPLICATE = 2;
export const DROPPED_LATE = 3;
export const OUT_OF_RANGE = 4;
/** How many verdicts there are. */
export const VERDICTS = 5;
