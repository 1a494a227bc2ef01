/** What became of the windows of one definition, with the inputs to blame. */

export interface ExportedWindowCounts {
  /** Windows that were scored, and so can be examples. */
  scored: number;
  belowCoverage: number;
  incomplete: number;
  /** By input: windows that were below coverage because of it. */
  readonly belowCoverageByInput: Float64Array;
  /** By input: windows that were incomplete because of it. */
  readonly incompleteByInput: Float64Array;
}

export function newWindowCounts(channels: number): ExportedWindowCounts {
  return {
    scored: 0,
    belowCoverage: 0,
    incomplete: 0,
    belowCoverageByInput: new Float64Array(channels),
    incompleteByInput: new Float64Array(channels),
  };
}
