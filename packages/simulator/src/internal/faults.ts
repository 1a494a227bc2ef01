/**
 * What happens to samples between the sensor and us: silences, invalid values, clocks that are late, samples that
 * overtake each other, come much later, or come twice. Each sample's fate is a hash of series and tick.
 */
import {
  delayTicksMax,
  disorderTicks,
  intervalMs,
  lateTicks,
  type SimOptions,
} from '../sim-options.ts';
import type { ArrivalRing } from './arrival-ring.ts';
import { derive, mix32, unit } from './hash.ts';
import { lineKey } from './line-key.ts';
import { Outages } from './outages.ts';
import { STREAM } from './stream.ts';

/** Which random word of a sample decides what. */
const INVALID = 1;
const JITTER = 2;
const DISORDER = 3;
const LATE = 4;
const LATE_BY = 5;
const TWICE = 6;
const SECOND_DISORDER = 7;

/** Whether every sample arrives once, at its tick, as it was measured. */
export function isFaultless(options: SimOptions): boolean {
  const { gaps, jitterMs, duplicates, invalid } = options;
  return gaps + jitterMs + duplicates + invalid === 0 && delayTicksMax(options) === 0;
}

export class Faults {
  readonly #options: SimOptions;
  readonly #intervalMs: number;
  readonly #disorderTicks: number;
  readonly #lateTicks: number;
  readonly #keys: Int32Array;
  readonly #outages: Outages | null;

  constructor(options: SimOptions) {
    this.#options = options;
    this.#intervalMs = intervalMs(options);
    this.#disorderTicks = disorderTicks(options);
    this.#lateTicks = lateTicks(options);
    this.#keys = seriesKeys(options, STREAM.faults);
    this.#outages =
      options.gaps > 0 ? new Outages(seriesKeys(options, STREAM.outage), options) : null;
  }

  /** Sends the values of all series at `tick` on their way; what arrives before `fromTick` is forgotten. */
  send(tick: number, values: Float64Array, fromTick: number, ring: ArrivalRing): void {
    const { late, duplicates, invalid, jitterMs } = this.#options;
    const tickMs = tick * this.#intervalMs;
    for (let series = 0; series < values.length; series++) {
      if (this.#outages?.silent(series, tickMs) === true) continue;
      const fate = derive(this.#keys[series]!, tick);
      const value = chance(fate, INVALID) < invalid ? Number.NaN : values[series]!;
      const timestampMs = tickMs + Math.floor(chance(fate, JITTER) * (jitterMs + 1));
      const away = chance(fate, LATE) < late ? this.#lateBy(fate) : 0;
      const arrival = tick + away + this.#disorderBy(fate, DISORDER);
      if (arrival >= fromTick) ring.at(arrival).push(series, timestampMs, value);
      if (chance(fate, TWICE) >= duplicates) continue;
      const again = tick + away + this.#disorderBy(fate, SECOND_DISORDER);
      if (again >= fromTick) ring.at(again).push(series, timestampMs, value);
    }
  }

  #lateBy(fate: number): number {
    const least = Math.ceil(this.#lateTicks / 2);
    return least + Math.floor(chance(fate, LATE_BY) * (this.#lateTicks - least + 1));
  }

  #disorderBy(fate: number, word: number): number {
    return Math.floor(chance(fate, word) * (this.#disorderTicks + 1));
  }
}

function chance(fate: number, word: number): number {
  return unit(mix32(fate + Math.imul(word, 0x632be5ab)));
}

function seriesKeys(options: SimOptions, stream: number): Int32Array {
  const { lines, sensors, seed } = options;
  const keys = new Int32Array(lines * sensors);
  for (let series = 0; series < keys.length; series++) {
    const key = derive(lineKey(seed, Math.floor(series / sensors)), stream);
    keys[series] = derive(key, series % sensors);
  }
  return keys;
}
