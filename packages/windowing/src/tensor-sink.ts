/** Where stage 2 writes its tensors: the half of core's `Scorer` that windows need. */
import type { TensorRow, TensorViews } from '@windrow/core';

export interface TensorSink {
  /** Room for one tensor of a target until `commit` or the next `reserve`; null: full, come again after a drain. */
  reserve(target: number): TensorRow | null;
  /** The reserved row is the window that ends at `windowEndMs`. */
  commit(target: number, windowEndMs: number): void;
  /** Where tensors are taken that lie ready; left out: nowhere. */
  readonly views?: TensorViews;
}
