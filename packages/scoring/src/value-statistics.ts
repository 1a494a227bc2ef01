/** What numbers look like: how many, how they are spread, and a sketch of their quantiles; to be merged. */
import { QuantileSketch, type SketchData } from './quantile-sketch.ts';

/** Plain data; `mergeValueSummaries` joins two. */
export interface ValueSummary {
  /** Finite values. */
  readonly count: number;
  /** Values that are NaN or infinite; they are in nothing else. */
  readonly missing: number;
  /** null, like all that follows, where there is no value. */
  readonly mean: number | null;
  /** Standard deviation of the values themselves (divided by their number, not by one less). */
  readonly deviation: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly sketch: SketchData;
}

/** The counters behind it: mean and squares by Welford's and Chan's updates, which do not cancel. */
export class ValueStatistics {
  #count = 0;
  #missing = 0;
  #mean = 0;
  /** Sum of the squared distances to the mean. */
  #squares = 0;
  #sketch: QuantileSketch;

  /** @param bufferMax of the sketch */
  constructor(bufferMax?: number) {
    this.#sketch = new QuantileSketch(bufferMax);
  }

  static from(summary: ValueSummary): ValueStatistics {
    const statistics = new ValueStatistics();
    statistics.#count = summary.count;
    statistics.#missing = summary.missing;
    statistics.#mean = summary.mean ?? 0;
    statistics.#squares = (summary.deviation ?? 0) ** 2 * summary.count;
    statistics.#sketch = QuantileSketch.from(summary.sketch);
    return statistics;
  }

  add(value: number): void {
    // NaN for what is not finite.
    if (value - value !== 0) {
      this.#missing++;
      return;
    }
    this.#count++;
    const step = value - this.#mean;
    this.#mean += step / this.#count;
    this.#squares += step * (value - this.#mean);
    this.#sketch.add(value);
  }

  merge(other: ValueStatistics): void {
    this.#missing += other.#missing;
    if (other.#count === 0) return;
    const count = this.#count + other.#count;
    const step = other.#mean - this.#mean;
    this.#squares += other.#squares + (step * step * this.#count * other.#count) / count;
    this.#mean += (step * other.#count) / count;
    this.#count = count;
    this.#sketch.merge(other.#sketch);
  }

  snapshot(): ValueSummary {
    const isEmpty = this.#count === 0;
    const sketch = this.#sketch.data();
    return {
      count: this.#count,
      missing: this.#missing,
      mean: isEmpty ? null : this.#mean,
      deviation: isEmpty ? null : Math.sqrt(this.#squares / this.#count),
      min: sketch.min,
      max: sketch.max,
      p50: this.#sketch.quantile(0.5),
      p99: this.#sketch.quantile(0.99),
      sketch,
    };
  }
}

/** As if the values of both had been counted as one. */
export function mergeValueSummaries(a: ValueSummary, b: ValueSummary): ValueSummary {
  const statistics = ValueStatistics.from(a);
  statistics.merge(ValueStatistics.from(b));
  return statistics.snapshot();
}
