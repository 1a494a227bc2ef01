/** The window ends of interest: those in `(afterMs, untilMs]`; infinite ends are allowed. */
export interface EndRange {
  readonly afterMs: number;
  readonly untilMs: number;
}
