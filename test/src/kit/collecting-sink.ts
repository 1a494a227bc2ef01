import type { ModelIdentity, PredictionBatch, Sink } from '@windrow/core';

export interface Collected {
  readonly value: number;
  readonly model: ModelIdentity;
}

/** Keeps predictions by name; a name that comes twice is an error. */
export class CollectingPredictions implements Sink<PredictionBatch> {
  readonly uri: string = 'collected:';
  /** `metric_id,window_end_ms,revision` in the order of arrival. */
  readonly byName: Map<string, Collected> = new Map();

  write(batch: PredictionBatch): Promise<void> {
    for (let i = 0; i < batch.length; i++) {
      const { outputMetricId } = batch.definitions[batch.definitionIndex[i]!]!;
      const name = `${outputMetricId},${batch.windowEndsMs[i]!},${batch.revisions[i]!}`;
      if (this.byName.has(name)) throw new Error(`${name} has two values`);
      this.byName.set(name, {
        value: batch.values[i]!,
        model: batch.models[batch.modelIndex[i]!]!,
      });
    }
    return Promise.resolve();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  abort(): Promise<void> {
    return Promise.resolve();
  }
}
