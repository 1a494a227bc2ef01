/** Rows of one group that wait to be scored, or are being scored: a `Batch` of copied ones, or a `LentRow`. */
import type { BatchGroup } from './batch-group.ts';

export interface QueuedRows {
  readonly group: BatchGroup;
  readonly length: number;
  /** Row-major `[length, ...rowDims]`, and perhaps more. */
  readonly data: Float64Array | Float32Array;
  readonly targets: Int32Array;
  readonly windowEndsMs: Float64Array;
  readonly sizeBytes: number;
  /** Gives the memory back; nobody reads the rows any more. */
  release(): void;
}
