/** Samples of one line: `series` counts the line's own metrics. */
export interface LineSamples {
  readonly series: Int32Array;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  /** Written when a sample is taken. */
  readonly verdicts: Uint8Array;
}
