/** Slot of each series in a dictionary, which may admit more metrics while a simulation is read. */
import type { MetricDictionary } from '@windrow/core';
import type { SimOptions } from '../sim-options.ts';
import { simulatedLines } from '../simulated-lines.ts';

export class SeriesSlots {
  readonly dictionary: MetricDictionary;
  readonly #ids: readonly string[];
  readonly #slots: Int32Array;
  /** Size of the dictionary when it was asked last. */
  #asked = -1;

  constructor(options: SimOptions, dictionary: MetricDictionary) {
    this.dictionary = dictionary;
    this.#ids = simulatedLines(options).flatMap(({ metrics }) => metrics.map((m) => m.metricId));
    this.#slots = new Int32Array(this.#ids.length).fill(-1);
  }

  /** By series: the slot as it is now, or what the dictionary says instead; the same array each time. */
  get now(): Int32Array {
    if (this.dictionary.size === this.#asked) return this.#slots;
    for (const [series, id] of this.#ids.entries()) {
      this.#slots[series] = this.dictionary.intern(id);
    }
    this.#asked = this.dictionary.size;
    return this.#slots;
  }
}
