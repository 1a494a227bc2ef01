/**
 * Predictions between scoring and the sinks. Each has a number, 0, 1, 2, ... in the order of the journal, which a restart gives
 * again; a sink's place is the number of the first prediction that it does not hold. Rows are gathered, sealed into batches, released when
 * they may leave, and forgotten when every sink has them.
 */
import type { ModelIdentity, PredictionBatch } from '@windrow/core';
import { PredictionBuffer } from '../../internal/prediction-buffer.ts';
import { definitionsOf, type Generation } from './generation.ts';
import type { Score } from './score-ledger.ts';

/** Rows that a sink is given at once. */
const BATCH_ROWS_MAX = 1024;

/** Predictions of one generation, numbered from `first` on. */
export interface OutboxBatch extends PredictionBatch {
  readonly first: number;
  readonly generation: Generation;
  /** When the window of each was judged; NaN: before a restart. */
  readonly judgedMs: Float64Array;
}

export class Outbox {
  #generation: Generation;
  #open: PredictionBuffer;
  readonly #judgedMs: Float64Array = new Float64Array(BATCH_ROWS_MAX);
  #batches: OutboxBatch[] = [];
  /** Number of the first row of `#open`. */
  #sealed = 0;
  #released = 0;

  constructor(generation: Generation, first: number) {
    this.#generation = generation;
    this.#open = new PredictionBuffer(definitionsOf(generation.targets));
    this.#sealed = first;
    this.#released = first;
  }

  /** How many predictions were made: the number of the next. */
  get made(): number {
    return this.#sealed + this.#open.length;
  }

  /** The number of the first that is held. */
  get first(): number {
    return this.#batches[0]?.first ?? this.#sealed;
  }

  /** Predictions below this number may leave. */
  get released(): number {
    return this.#released;
  }

  /** @param judgedMs when its window was judged; NaN: unknown */
  push(
    { target, windowEndMs, value, model }: Score,
    revision: number,
    judgedMs: number = Number.NaN,
  ): void {
    this.#judgedMs[this.#open.length] = judgedMs;
    this.#open.push({ definition: target, model, windowEndMs, value, revision });
    if (this.#open.length === BATCH_ROWS_MAX) this.#seal();
  }

  /** Predictions below this number may leave from now on. */
  release(before: number): void {
    if (before <= this.#released) return;
    if (before > this.#sealed) this.#seal();
    this.#released = before;
  }

  /** Those that may leave, from this number on, of one batch; null where there is none. */
  next(from: number): OutboxBatch | null {
    if (from >= this.#released) return null;
    const batch = this.#batches.find(({ first, length }) => from < first + length);
    return batch === undefined ? null : slice(batch, from, Math.min(this.#released, end(batch)));
  }

  /** Every sink holds what is below this number. */
  forget(before: number): void {
    while (this.#batches.length > 0 && end(this.#batches[0]!) <= before) this.#batches.shift();
  }

  /** What is held from this number on, batch by batch. */
  from(number: number): OutboxBatch[] {
    this.#seal();
    return this.#batches
      .filter((batch) => end(batch) > number)
      .map((batch) => (batch.first >= number ? batch : slice(batch, number, end(batch))));
  }

  /** Predictions are made for other definitions from now on. */
  redefine(generation: Generation): void {
    this.#seal();
    this.#generation = generation;
    this.#open = new PredictionBuffer(definitionsOf(generation.targets));
  }

  #seal(): void {
    const open = this.#open;
    const { length } = open;
    if (length === 0) return;
    this.#batches.push({
      first: this.#sealed,
      generation: this.#generation,
      length,
      definitions: open.definitions,
      models: open.models,
      definitionIndex: open.definitionIndex.slice(0, length),
      modelIndex: open.modelIndex.slice(0, length),
      windowEndsMs: open.windowEndsMs.slice(0, length),
      values: open.values.slice(0, length),
      revisions: open.revisions.slice(0, length),
      judgedMs: this.#judgedMs.slice(0, length),
    });
    this.#sealed += length;
    open.clear();
  }
}

function end({ first, length }: OutboxBatch): number {
  return first + length;
}

/** Rows `[from, to)` of a batch, by number. */
function slice(batch: OutboxBatch, from: number, to: number): OutboxBatch {
  const start = from - batch.first;
  const stop = to - batch.first;
  const judgedMs = batch.judgedMs.subarray(start, stop);
  return { ...batch, ...rowsOf(batch, start, stop), judgedMs, first: from };
}

/** Rows `[from, to)` of a batch, by index; views. */
export function rowsOf(batch: PredictionBatch, from: number, to: number): PredictionBatch {
  return {
    length: to - from,
    definitions: batch.definitions,
    models: batch.models,
    definitionIndex: batch.definitionIndex.subarray(from, to),
    modelIndex: batch.modelIndex.subarray(from, to),
    windowEndsMs: batch.windowEndsMs.subarray(from, to),
    values: batch.values.subarray(from, to),
    revisions: batch.revisions.subarray(from, to),
  };
}

/** The model of each row. */
export function modelAt(batch: PredictionBatch, row: number): ModelIdentity {
  return batch.models[batch.modelIndex[row]!]!;
}
