/** Samples on their way: what arrives at which tick, for delays up to a known number of ticks. */

/** The samples that arrive at one tick, as columns that grow. */
export class Arrivals {
  length = 0;
  series: Int32Array = new Int32Array(16);
  timestampsMs: Float64Array = new Float64Array(16);
  values: Float64Array = new Float64Array(16);

  push(series: number, timestampMs: number, value: number): void {
    if (this.length === this.series.length) this.#grow();
    const i = this.length++;
    this.series[i] = series;
    this.timestampsMs[i] = timestampMs;
    this.values[i] = value;
  }

  #grow(): void {
    const capacity = this.length * 2;
    const series = new Int32Array(capacity);
    const timestampsMs = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    series.set(this.series);
    timestampsMs.set(this.timestampsMs);
    values.set(this.values);
    this.series = series;
    this.timestampsMs = timestampsMs;
    this.values = values;
  }
}

/** A ring of arrivals by tick. */
export class ArrivalRing {
  readonly #slots: Arrivals[];

  constructor(delayTicksMax: number) {
    this.#slots = Array.from({ length: delayTicksMax + 1 }, () => new Arrivals());
  }

  /** What arrives at a tick at most `delayTicksMax` after the latest one that was generated. */
  at(tick: number): Arrivals {
    const size = this.#slots.length;
    return this.#slots[((tick % size) + size) % size]!;
  }
}
