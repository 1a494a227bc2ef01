/**
 * Samples as columns: what flows between rooms on the hot path.
 *
 * Row `i < length` is the sample `(dictionary id of slots[i], timestampsMs[i], values[i])`. The arrays may be longer than
 * `length`. A source may reuse the arrays: they are the consumer's until it asks for the next batch.
 */
import type { MetricDictionary } from './metric-dictionary.ts';

/** Greatest and least timestamp taken, in ms: that of an ECMAScript Date, inside the safe integers. */
export const TIMESTAMP_MS_MAX = 8.64e15;
export const TIMESTAMP_MS_MIN: number = -TIMESTAMP_MS_MAX;

export interface SampleBatch {
  readonly dictionary: MetricDictionary;
  /** Number of rows. */
  readonly length: number;
  /** Slot of the metric id in `dictionary`; `UNKNOWN_SLOT` for an id that a closed dictionary does not hold. */
  readonly slots: Int32Array;
  /** Integer milliseconds since the Unix epoch, UTC, between TIMESTAMP_MS_MIN and TIMESTAMP_MS_MAX. */
  readonly timestampsMs: Float64Array;
  /** Any float64; NaN and the infinities are *invalid* (a null or empty value is handed on as NaN). */
  readonly values: Float64Array;
  /** When each sample arrived, ms as `timestampsMs`; only where `ReadOptions.arrivalColumn` asked for it. */
  readonly arrivalsMs?: Float64Array;
}

/** A batch under construction, with columns that the owner reuses. */
export class SampleColumns implements SampleBatch {
  readonly dictionary: MetricDictionary;
  readonly capacity: number;
  readonly slots: Int32Array;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  declare readonly arrivalsMs?: Float64Array;
  length = 0;

  /** @param options.arrivals whether there is a column for the time of arrival */
  constructor(
    dictionary: MetricDictionary,
    capacity: number,
    options: { readonly arrivals?: boolean } = {},
  ) {
    this.dictionary = dictionary;
    this.capacity = capacity;
    this.slots = new Int32Array(capacity);
    this.timestampsMs = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    if (options.arrivals === true) this.arrivalsMs = new Float64Array(capacity);
  }

  get full(): boolean {
    return this.length === this.capacity;
  }

  /** Appends a row; the caller has checked `full`. */
  push(slot: number, timestampMs: number, value: number, arrivalMs?: number): void {
    const i = this.length++;
    this.slots[i] = slot;
    this.timestampsMs[i] = timestampMs;
    this.values[i] = value;
    if (arrivalMs !== undefined) this.arrivalsMs![i] = arrivalMs;
  }
}
