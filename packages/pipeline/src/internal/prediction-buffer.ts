/**
 * Scores on their way to sinks: not finite ones are counted and left out, the others become rows of a `PredictionBatch`.
 */
import type { Definition, ModelIdentity, PredictionBatch, ScoreBatch } from '@windrow/core';

export class PredictionBuffer implements PredictionBatch {
  readonly definitions: readonly Definition[];
  readonly models: ModelIdentity[] = [];
  definitionIndex: Int32Array = new Int32Array(1024);
  modelIndex: Int32Array = new Int32Array(1024);
  windowEndsMs: Float64Array = new Float64Array(1024);
  values: Float64Array = new Float64Array(1024);
  revisions: Int32Array = new Int32Array(1024);
  length = 0;
  readonly #modelIndexes: Map<ModelIdentity, number> = new Map();

  constructor(definitions: readonly Definition[]) {
    this.definitions = definitions;
  }

  /** Adds a row. */
  push(score: {
    readonly definition: number;
    readonly model: ModelIdentity;
    readonly windowEndMs: number;
    readonly value: number;
    readonly revision: number;
  }): void {
    if (this.length === this.values.length) this.#grow();
    const i = this.length++;
    this.definitionIndex[i] = score.definition;
    this.modelIndex[i] = this.#indexOf(score.model);
    this.windowEndsMs[i] = score.windowEndMs;
    this.values[i] = score.value;
    this.revisions[i] = score.revision;
  }

  #indexOf(model: ModelIdentity): number {
    let index = this.#modelIndexes.get(model);
    if (index === undefined) {
      index = this.models.push(model) - 1;
      this.#modelIndexes.set(model, index);
    }
    return index;
  }

  clear(): void {
    this.length = 0;
  }

  /** Puts the rows in order of window end, then definition, then as they came. */
  sort(): void {
    const order = Array.from({ length: this.length }, (_, i) => i).toSorted(
      (a, b) =>
        this.windowEndsMs[a]! - this.windowEndsMs[b]! ||
        this.definitionIndex[a]! - this.definitionIndex[b]! ||
        a - b,
    );
    this.definitionIndex = Int32Array.from(order, (i) => this.definitionIndex[i]!);
    this.modelIndex = Int32Array.from(order, (i) => this.modelIndex[i]!);
    this.windowEndsMs = Float64Array.from(order, (i) => this.windowEndsMs[i]!);
    this.values = Float64Array.from(order, (i) => this.values[i]!);
    this.revisions = Int32Array.from(order, (i) => this.revisions[i]!);
  }

  #grow(): void {
    const capacity = Math.max(1024, this.length * 2);
    this.definitionIndex = grown(this.definitionIndex, new Int32Array(capacity));
    this.modelIndex = grown(this.modelIndex, new Int32Array(capacity));
    this.windowEndsMs = grown(this.windowEndsMs, new Float64Array(capacity));
    this.values = grown(this.values, new Float64Array(capacity));
    this.revisions = grown(this.revisions, new Int32Array(capacity));
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** How many windows of each target have a score, and how many scores replaced an earlier one. */
export class ScoreTally {
  readonly scored: Float64Array;
  readonly revised: Float64Array;

  constructor(targets: number) {
    this.scored = new Float64Array(targets);
    this.revised = new Float64Array(targets);
  }

  count(target: number, revision: number): void {
    const by = revision === 0 ? this.scored : this.revised;
    by[target] = by[target]! + 1;
  }
}

/** A function that takes the scores of a scorer's drain; those that are not finite get no revision and go no further. */
export function collectScores(
  buffer: PredictionBuffer,
  tally: ScoreTally,
  revisionOf: (target: number, windowEndMs: number) => number,
): (scores: ScoreBatch) => void {
  return ({ length, targets, windowEndsMs, values, model }) => {
    for (let i = 0; i < length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      const definition = targets[i]!;
      const windowEndMs = windowEndsMs[i]!;
      const revision = revisionOf(definition, windowEndMs);
      tally.count(definition, revision);
      buffer.push({ definition, model, windowEndMs, value, revision });
    }
  };
}
