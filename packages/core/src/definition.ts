/**
 * A definition: which inputs become which window, which model scores it, and what the prediction is called.
 *
 * In files durations are seconds; here they are integer milliseconds, and every default is filled in. Ids are
 * canonical lower-case text.
 */

/** How the samples of a cell become its value. */
export const AGGREGATES = ['last', 'first', 'min', 'max', 'sum', 'mean', 'count'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

export const LAYOUTS = ['channel_major', 'time_major'] as const;
/** `channel_major`: `[N, C, T]`; `time_major`: `[N, T, C]`. */
export type Layout = (typeof LAYOUTS)[number];

/** What a cell without an observation gets. */
export type Fill =
  | { readonly method: 'last'; readonly maxAgeMs: number }
  | { readonly method: 'linear'; readonly maxGapMs: number }
  | { readonly method: 'constant'; readonly value: number }
  | { readonly method: 'none' };

export interface Definition {
  /** C ids, in the order of the tensor's channels. */
  readonly inputMetricIds: readonly string[];
  /** W; a multiple of `resolutionMs`. */
  readonly windowMs: number;
  /** S; a multiple of `resolutionMs`; windows end at its multiples. */
  readonly stepMs: number;
  /** r, the length of a cell. */
  readonly resolutionMs: number;
  readonly lineId: string;
  readonly modelIdentifier: string;
  /** null: the newest in the model store. */
  readonly modelVersion: number | null;
  readonly outputMetricId: string;
  readonly outputDeviceId: string;
  readonly outputMachineId: string;
  readonly outputMetricName: string;
  readonly aggregate: Aggregate;
  readonly fill: Fill;
  readonly allowMissing: boolean;
  /** Least share of observed cells of every input, 0 to 1. */
  readonly minCoverage: number;
  readonly allowedLatenessMs: number;
  readonly layout: Layout;
  /** null: the model's only input. */
  readonly inputName: string | null;
  /** null: the model's first output. */
  readonly outputName: string | null;
}

/** T: cells in a window. */
export function windowCells(definition: Definition): number {
  return definition.windowMs / definition.resolutionMs;
}

/** How many cells before the window its fill may look at: only `last` does, `floor(max_age / r)` of them. */
export function lookbackCells(definition: Definition): number {
  return definition.fill.method === 'last'
    ? Math.floor(definition.fill.maxAgeMs / definition.resolutionMs)
    : 0;
}
