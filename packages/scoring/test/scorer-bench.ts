/** A scorer over tiny models, and what came out of it, batch by batch. */
import type { Definition, ScoreBatch } from '@windrow/core';
import { createScorer, type ScorerOptions } from '../src/create-scorer.ts';
import type { ModelScorer } from '../src/model-scorer.ts';
import type { TinyModel } from './onnx-bytes.ts';
import { TinyStore } from './tiny-store.ts';

export interface Score {
  readonly target: number;
  readonly end: number;
  readonly value: number;
  readonly by: string;
  readonly version: number;
}

export class ScorerBench {
  readonly scorer: ModelScorer;
  readonly batches: Score[][] = [];

  constructor(scorer: ModelScorer) {
    this.scorer = scorer;
  }

  static async over(
    models: Readonly<Record<string, TinyModel>>,
    definitions: readonly Definition[],
    options: Partial<ScorerOptions> = {},
  ): Promise<ScorerBench> {
    const store = new TinyStore(
      Object.fromEntries(Object.entries(models).map(([k, m]) => [k, { 1: m }])),
    );
    return new ScorerBench(
      await createScorer(definitions, store, { nowMs: () => performance.now(), ...options }),
    );
  }

  get scores(): Score[] {
    return this.batches.flat();
  }

  /** Commits a window of equal cells; false where there is no room. */
  offer(target: number, end: number, value: number): boolean {
    const row = this.scorer.reserve(target);
    if (row === null) return false;
    const { inputMetricIds, windowMs } = this.scorer.targets[target]!.definition;
    row.data.fill(value, row.offset, row.offset + (inputMetricIds.length * windowMs) / 1000);
    this.scorer.commit(target, end);
    return true;
  }

  async put(target: number, end: number, value: number): Promise<void> {
    while (!this.offer(target, end, value)) await this.drain(false);
  }

  drainDue(): Promise<void> {
    return this.scorer.drainDue((batch) => this.batches.push(copy(batch)));
  }

  drain(all: boolean): Promise<void> {
    return this.scorer.drain(all, (batch) => this.batches.push(copy(batch)));
  }
}

function copy({ length, targets, windowEndsMs, values, model }: ScoreBatch): Score[] {
  return Array.from({ length }, (_, i) => ({
    target: targets[i]!,
    end: windowEndsMs[i]!,
    value: values[i]!,
    by: model.identifier,
    version: model.version,
  }));
}
