/**
 * Predictions as columns: what scoring gives back, what sinks write.
 *
 * A prediction is again a metric. Row `i` was made for `targets[definitionIndex[i]]` by `models[modelIndex[i]]`;
 * everything else about it follows from those two. `(output metric id, window end, revision)` names it: writing it
 * twice is the same as once.
 */
import type { Definition } from './definition.ts';

/** Which model made a number. */
export interface ModelIdentity {
  readonly identifier: string;
  readonly version: number;
  /** Of the file model.onnx, lower-case hexadecimal. */
  readonly sha256: string;
}

export interface PredictionBatch {
  readonly length: number;
  readonly definitions: readonly Definition[];
  readonly models: readonly ModelIdentity[];
  /** Index into `definitions`. */
  readonly definitionIndex: Int32Array;
  /** Index into `models`. */
  readonly modelIndex: Int32Array;
  /** Exclusive end of the window in ms; the prediction's timestamp. The window starts `windowMs` earlier. */
  readonly windowEndsMs: Float64Array;
  /** Finite. */
  readonly values: Float64Array;
  /** 0 for the first score of a window, then 1, 2, ... */
  readonly revisions: Int32Array;
}
