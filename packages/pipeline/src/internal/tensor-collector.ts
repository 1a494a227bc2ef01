/**
 * Tensors kept instead of scored: the scorer of an export. It takes the same windows through the same door as the models do,
 * so that what a model is trained on is what it will be given.
 */
import {
  windowCells,
  type ModelIdentity,
  type Scorer,
  type ScoreBatch,
  type ScoringTarget,
  type TensorRow,
} from '@windrow/core';
import type { TensorColumns, WindowTarget } from '@windrow/windowing';

/** Bytes of tensors of one definition that are written at once. */
const BATCH_BYTES = 1 << 22;

/** No model has seen these windows. */
const NO_MODEL: ModelIdentity = { identifier: '', version: 0, sha256: '' };

interface Batch extends TensorColumns {
  length: number;
  readonly tensors: Float64Array | Float32Array;
  readonly windowEndsMs: Float64Array;
}

export class TensorCollector implements Scorer {
  readonly targets: readonly ScoringTarget[];
  readonly #write: (target: number, windows: TensorColumns) => Promise<void>;
  readonly #batches: (Batch | undefined)[] = [];
  readonly #row: { data: Float64Array | Float32Array; offset: number } = {
    data: new Float64Array(0),
    offset: 0,
  };

  constructor(
    targets: readonly WindowTarget[],
    write: (target: number, windows: TensorColumns) => Promise<void>,
  ) {
    this.targets = targets.map((target) => ({ ...target, model: NO_MODEL }));
    this.#write = write;
  }

  reserve(target: number): TensorRow | null {
    const batch = (this.#batches[target] ??= this.#makeBatch(target));
    if (batch.length === batch.windowEndsMs.length) return null;
    this.#row.data = batch.tensors;
    this.#row.offset = batch.length * this.#tensorLength(target);
    return this.#row;
  }

  commit(target: number, windowEndMs: number): void {
    const batch = this.#batches[target]!;
    batch.windowEndsMs[batch.length++] = windowEndMs;
  }

  #tensorLength(target: number): number {
    const { definition } = this.targets[target]!;
    return windowCells(definition) * definition.inputMetricIds.length;
  }

  #makeBatch(target: number): Batch {
    const length = this.#tensorLength(target);
    const { dtype } = this.targets[target]!;
    const rows = Math.max(1, Math.floor(BATCH_BYTES / (length * (dtype === 'float64' ? 8 : 4))));
    return {
      length: 0,
      tensors:
        dtype === 'float64' ? new Float64Array(rows * length) : new Float32Array(rows * length),
      windowEndsMs: new Float64Array(rows),
    };
  }

  /** Writes full batches, or everything. The counts of a job see each window as scored. */
  async drain(all: boolean, emit: (scores: ScoreBatch) => void): Promise<void> {
    for (const [target, batch] of this.#batches.entries()) {
      if (batch === undefined || batch.length === 0) continue;
      if (!all && batch.length < batch.windowEndsMs.length) continue;
      await this.#write(target, batch);
      emit({
        length: batch.length,
        targets: new Int32Array(batch.length).fill(target),
        windowEndsMs: batch.windowEndsMs,
        values: new Float64Array(batch.length),
        model: NO_MODEL,
      });
      batch.length = 0;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
