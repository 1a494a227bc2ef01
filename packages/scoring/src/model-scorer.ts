/**
 * The `Scorer` contract over ONNX models in this process.
 *
 * `reserve` hands out a row of the batch that the model will read, so a tensor is written once, where it is needed. Batches
 * go across windows and definitions of one model (same input, output and shape). A target's windows stay in order because a group
 * fills one batch at a time and batches are run first in, first out.
 *
 * Nothing here is proportional to the number of targets: a drain looks at the groups that have rows.
 */
import {
  assert,
  type ScoreBatch,
  type Scorer,
  type ScoringTarget,
  type TensorRow,
} from '@windrow/core';
import type { Batch } from './internal/batch.ts';
import type { BatchGroup, LoadedModel } from './internal/batch-group.ts';
import type { BufferPool } from './internal/buffer-pool.ts';
import type { ModelStatistics } from './model-statistics.ts';

export interface ModelScorerParts {
  readonly targets: readonly ScoringTarget[];
  /** Group of each target. */
  readonly groups: readonly BatchGroup[];
  readonly models: readonly LoadedModel[];
  readonly pool: BufferPool;
  /** What is allowed but worth a word, a sentence each. */
  readonly notes: readonly string[];
}

type Row = { -readonly [K in keyof TensorRow]: TensorRow[K] };

const NOTHING = -1;
/**
 * Full batches beyond this are run before another is begun, while they are in the cache: 2.5 us a window of 14 x 300, batches of
 * 1 MiB, instead of 2.8 to 3.7 us where 64 MiB were filled first.
 */
const QUEUED_BYTES_MAX = 1 << 20;

/** Made by `createScorer`. */
export class ModelScorer implements Scorer {
  readonly targets: readonly ScoringTarget[];
  /** What the model store ignored, and where a model was trained on other windows than it gets: a sentence each. */
  readonly notes: readonly string[];
  readonly #groups: readonly BatchGroup[];
  readonly #models: readonly LoadedModel[];
  readonly #pool: BufferPool;
  readonly #row: Row = { data: new Float64Array(0), offset: 0 };
  /** Batches to be run, from `#queueHead` on. */
  #queue: Batch[] = [];
  #queueHead = 0;
  #queuedBytes = 0;
  /** Groups that opened a batch since the last seal of all; some are full and queued by now. */
  #listed: BatchGroup[] = [];
  #reserved = NOTHING;
  #draining: Promise<void> = Promise.resolve();
  #closed: Promise<void> | null = null;

  constructor(parts: ModelScorerParts) {
    this.targets = parts.targets;
    this.notes = parts.notes;
    this.#groups = parts.groups;
    this.#models = parts.models;
    this.#pool = parts.pool;
  }

  reserve(target: number): TensorRow | null {
    const group = this.#groups[target];
    assert(group !== undefined && this.#closed === null, 'reserve: a target of an open scorer');
    this.#reserved = NOTHING;
    if (group.open === null) {
      if (this.#queuedBytes >= QUEUED_BYTES_MAX) return null;
      if (!this.#open(group)) {
        // Memory may be held by batches that are not full: they are queued, so that the next drain of any kind frees it.
        this.#sealAll();
        return null;
      }
    }
    const batch = group.open!;
    this.#row.data = batch.data;
    this.#row.offset = batch.length * group.rowLength;
    this.#reserved = target;
    return this.#row;
  }

  commit(target: number, windowEndMs: number): void {
    assert(this.#reserved === target, 'commit: the target that was reserved last');
    this.#reserved = NOTHING;
    const group = this.#groups[target]!;
    const batch = group.open!;
    batch.push(target, windowEndMs);
    if (batch.length === batch.capacity) this.#enqueue(group.seal());
  }

  /**
   * As the contract says. Every run is a turn of the event loop of its own. Drains wait for each other; rows committed while one
   * runs are scored by it if they fill a batch, else by the next. After an error the rows of the failed batch are gone (and counted),
   * all others stay for the next drain.
   */
  drain(all: boolean, emit: (scores: ScoreBatch) => void): Promise<void> {
    assert(this.#closed === null, 'drain: an open scorer');
    if (all) {
      this.#sealAll();
      this.#reserved = NOTHING;
    }
    const drained = this.#draining.then(() => this.#runQueue(emit));
    this.#draining = drained.catch(() => {});
    return drained;
  }

  /** One entry for each loaded model, in the order of their first definitions. */
  statistics(): readonly ModelStatistics[] {
    return this.#models.map(({ statistics }) => statistics.snapshot());
  }

  /** Bytes held for batches, filled or kept to be filled again. */
  get bufferBytes(): number {
    return this.#pool.bytes;
  }

  /** Waits for the drains that were asked for, then frees the sessions; rows not drained are gone. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#draining;
    for (const { model } of this.#models) await model.release();
  }

  #open(group: BatchGroup): boolean {
    if (!group.openBatch(this.#pool)) return false;
    if (!group.isListed) {
      group.isListed = true;
      this.#listed.push(group);
    }
    return true;
  }

  #sealAll(): void {
    const listed = this.#listed;
    this.#listed = [];
    for (const group of listed) {
      group.isListed = false;
      if (group.open === null) continue;
      const batch = group.seal();
      if (batch.length > 0) this.#enqueue(batch);
      else this.#pool.give(batch.buffer);
    }
  }

  #enqueue(batch: Batch): void {
    this.#queue.push(batch);
    this.#queuedBytes += batch.buffer.byteLength;
  }

  async #runQueue(emit: (scores: ScoreBatch) => void): Promise<void> {
    while (this.#queueHead < this.#queue.length) {
      const batch = this.#queue[this.#queueHead++]!;
      if (this.#queueHead === this.#queue.length) {
        this.#queue = [];
        this.#queueHead = 0;
      }
      try {
        await runBatch(batch, emit);
      } finally {
        this.#queuedBytes -= batch.buffer.byteLength;
        this.#pool.give(batch.buffer);
      }
    }
  }
}

async function runBatch(batch: Batch, emit: (scores: ScoreBatch) => void): Promise<void> {
  const { group, length } = batch;
  const model = group.loaded.model.identity;
  for (let from = 0; from < length;) {
    const rows = Math.min(group.runRows, length - from);
    const values = await group.score(batch, from, rows);
    const to = from + rows;
    emit({
      length: rows,
      targets: batch.targets.subarray(from, to),
      windowEndsMs: batch.windowEndsMs.subarray(from, to),
      values,
      model,
    });
    from = to;
  }
}
