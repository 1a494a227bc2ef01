/** What of a backfill goes to its sinks, where not everything does. */
import type { Definition, PredictionBatch, Sink } from '@windrow/core';
import { PredictionBuffer } from '../internal/prediction-buffer.ts';

/** Not to be written. */
export const LEFT_OUT = -1;

export interface PredictionFilter {
  /**
   * The revision with which a prediction is written, or `LEFT_OUT`. Asked once for each, in ascending order of window ends.
   */
  revisionOf(definition: Definition, windowEndMs: number, value: number): number;
}

/** What all of them let through, with the revision that the last one says. */
export function allOf(filters: readonly PredictionFilter[]): PredictionFilter {
  return {
    revisionOf: (definition, windowEndMs, value) => {
      let revision = 0;
      for (const filter of filters) {
        revision = filter.revisionOf(definition, windowEndMs, value);
        if (revision === LEFT_OUT) return LEFT_OUT;
      }
      return revision;
    },
  };
}

/** A sink that gets what the filter lets through; each sink needs a filter of its own. */
export class FilteredSink implements Sink<PredictionBatch> {
  readonly uri: string;
  readonly #sink: Sink<PredictionBatch>;
  readonly #filter: PredictionFilter;
  #written = 0;

  constructor(sink: Sink<PredictionBatch>, filter: PredictionFilter) {
    this.uri = sink.uri;
    this.#sink = sink;
    this.#filter = filter;
  }

  /** Predictions let through. */
  get written(): number {
    return this.#written;
  }

  async write(batch: PredictionBatch): Promise<void> {
    const { definitions, models } = batch;
    const kept = new PredictionBuffer(definitions);
    for (let i = 0; i < batch.length; i++) {
      const definition = batch.definitionIndex[i]!;
      const windowEndMs = batch.windowEndsMs[i]!;
      const value = batch.values[i]!;
      const revision = this.#filter.revisionOf(definitions[definition]!, windowEndMs, value);
      if (revision === LEFT_OUT) continue;
      const model = models[batch.modelIndex[i]!]!;
      kept.push({ definition, model, windowEndMs, value, revision });
    }
    this.#written += kept.length;
    if (kept.length > 0) await this.#sink.write(kept);
  }

  commit(): Promise<void> {
    return this.#sink.commit();
  }

  abort(): Promise<void> {
    return this.#sink.abort();
  }
}
