/** One thing in which a model and a definition disagree. */
export interface Fault {
  /** The definition's field, or `input`, `output`, `metadata <key>` of the model. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
  /** What to do about it. */
  readonly remedy: string;
}
