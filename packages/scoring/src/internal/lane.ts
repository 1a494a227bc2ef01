/**
 * A place where batches are run one after the other, first in, first out: this thread, or a worker. A line's definitions belong to one
 * lane, so that a target's scores come back in the order of its windows.
 *
 * A lane on this thread runs while somebody drains; one elsewhere runs as soon as it has something. What is scored waits here, with
 * its batch, until a drain takes it.
 */
import { messageOf, type ScoreBatch } from '@windrow/core';
import type { LaneModels } from './lane-models.ts';
import type { LaneModel } from './lane-model.ts';
import type { ModelHost } from './model-host.ts';
import type { QueuedRows } from './queued-rows.ts';
import { RunFailure, reasonOf } from './run-failure.ts';
import { WorkerLost } from './worker-lost.ts';

/** Workers that may die on the same rows before they are given up. */
const ATTEMPTS_MAX = 3;

export interface LaneParts {
  readonly host: ModelHost;
  readonly models: LaneModels;
  readonly nowMs: () => number;
  /** Something was scored, or failed. */
  readonly onProgress: () => void;
}

/** What became of some rows of a batch. */
interface Outcome {
  readonly batch: QueuedRows;
  readonly from: number;
  readonly rows: number;
  /** null: `error` says why. */
  readonly values: Float64Array | null;
  readonly error: unknown;
  readonly isLast: boolean;
}

export class Lane {
  readonly host: ModelHost;
  readonly models: LaneModels;
  readonly #nowMs: () => number;
  readonly #onProgress: () => void;
  /** Batches to be run, from `#head` on. */
  #queue: QueuedRows[] = [];
  #head = 0;
  #outcomes: Outcome[] = [];
  #loop: Promise<void> | null = null;
  #isStopped = false;
  /** Bytes of the batches that were given and not yet taken back. */
  heldBytes = 0;
  /** Batches given, and taken back to their last row. */
  given = 0;
  taken = 0;

  constructor(parts: LaneParts) {
    this.host = parts.host;
    this.models = parts.models;
    this.#nowMs = parts.nowMs;
    this.#onProgress = parts.onProgress;
  }

  /** Gives a batch to be run; it is the lane's from now on. */
  give(batch: QueuedRows): void {
    this.#queue.push(batch);
    this.heldBytes += batch.sizeBytes;
    this.given++;
    if (this.host.isApart) this.start();
  }

  /** Takes back a batch that was opened and not given. */
  discard(batch: QueuedRows): void {
    batch.release();
    this.models.unhold(batch.group.model);
  }

  /** Runs what is queued, if nothing runs. */
  start(): void {
    if (this.#loop !== null || this.#head === this.#queue.length || this.#isStopped) return;
    this.#loop = this.#run();
  }

  /**
   * Hands on what was scored so far.
   * @throws what a run threw; the outcomes after it stay
   */
  take(emit: (scores: ScoreBatch) => void): void {
    const outcomes = this.#outcomes;
    let i = 0;
    try {
      while (i < outcomes.length) this.#handOn(outcomes[i++]!, emit);
    } finally {
      this.#outcomes = outcomes.slice(i);
    }
  }

  /** Ends after the run under way; what is queued then is gone. */
  async close(): Promise<void> {
    this.#isStopped = true;
    await this.#loop;
    await this.models.close();
    await this.host.close();
  }

  #handOn(outcome: Outcome, emit: (scores: ScoreBatch) => void): void {
    const { batch, from, rows, values, error, isLast } = outcome;
    try {
      if (values === null) throw error;
      emit({
        length: rows,
        targets: batch.targets.subarray(from, from + rows),
        windowEndsMs: batch.windowEndsMs.subarray(from, from + rows),
        values,
        model: batch.group.model.identity,
      });
    } finally {
      if (isLast) {
        this.heldBytes -= batch.sizeBytes;
        this.taken++;
        this.discard(batch);
      }
    }
  }

  async #run(): Promise<void> {
    while (this.#head < this.#queue.length && !this.#isStopped) {
      const batch = this.#queue[this.#head++]!;
      if (this.#head === this.#queue.length) {
        this.#queue = [];
        this.#head = 0;
      }
      for (let from = 0; from < batch.length;) {
        const rows = Math.min(batch.group.runRows, batch.length - from);
        const isLast = from + rows === batch.length;
        const { values, error } = await this.#score(batch, from, rows);
        this.#outcomes.push({ batch, from, rows, values, error, isLast });
        from += rows;
        this.#onProgress();
      }
    }
    // In the same turn as the look at the queue, so that whatever is given later starts a new loop.
    this.#loop = null;
  }

  async #score(
    batch: QueuedRows,
    from: number,
    rows: number,
  ): Promise<Pick<Outcome, 'values' | 'error'>> {
    const { group } = batch;
    const { statistics } = group.model;
    for (let attempt = 1; ; attempt++) {
      try {
        return { values: await group.score(batch, from, rows), error: null };
      } catch (error) {
        const fault = { message: messageOf(error), atMs: this.#nowMs() };
        if (error instanceof WorkerLost && attempt < ATTEMPTS_MAX) {
          statistics.repeated(fault);
          continue;
        }
        statistics.failed(reasonOf(error), rows, fault);
        return { values: null, error: attempt > 1 ? inVain(group.model, attempt, error) : error };
      }
    }
  }
}

function inVain({ path }: LaneModel, attempts: number, error: unknown): RunFailure {
  return new RunFailure(
    reasonOf(error),
    `${path}: tried ${attempts} times on the same windows, since workers died: ${messageOf(error)}; do the model's runs take more memory than there is?`,
    { cause: error },
  );
}
