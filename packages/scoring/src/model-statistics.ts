/** What a model did since it was loaded. */
import type { ModelIdentity } from '@windrow/core';

export interface ModelStatistics {
  readonly model: ModelIdentity;
  readonly runs: number;
  /** Windows that got a number, finite or not. */
  readonly scoredRows: number;
  /** Those of them whose number is NaN or infinite. */
  readonly nonFiniteRows: number;
  readonly failedRuns: number;
  readonly failedRows: number;
  /** Time of the runs that did not fail, together. */
  readonly runMsTotal: number;
  /** Of a single run; null before the first. */
  readonly runMsMin: number | null;
  readonly runMsMax: number | null;
}

/** The counters behind it. */
export class RunStatistics {
  readonly #model: ModelIdentity;
  #runs = 0;
  #scoredRows = 0;
  #nonFiniteRows = 0;
  #failedRuns = 0;
  #failedRows = 0;
  #runMsTotal = 0;
  #runMsMin = Number.POSITIVE_INFINITY;
  #runMsMax = 0;

  constructor(model: ModelIdentity) {
    this.#model = model;
  }

  /** A run gave these values in `ms`. */
  ran(values: Float64Array, ms: number): void {
    this.#runs++;
    this.#scoredRows += values.length;
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) this.#nonFiniteRows++;
    }
    this.#runMsTotal += ms;
    this.#runMsMin = Math.min(this.#runMsMin, ms);
    this.#runMsMax = Math.max(this.#runMsMax, ms);
  }

  /** A run of `rows` windows failed. */
  failed(rows: number): void {
    this.#failedRuns++;
    this.#failedRows += rows;
  }

  snapshot(): ModelStatistics {
    const isRun = this.#runs > 0;
    return {
      model: this.#model,
      runs: this.#runs,
      scoredRows: this.#scoredRows,
      nonFiniteRows: this.#nonFiniteRows,
      failedRuns: this.#failedRuns,
      failedRows: this.#failedRows,
      runMsTotal: this.#runMsTotal,
      runMsMin: isRun ? this.#runMsMin : null,
      runMsMax: isRun ? this.#runMsMax : null,
    };
  }
}
