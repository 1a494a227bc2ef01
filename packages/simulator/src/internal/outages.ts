/**
 * When sensors are silent. The time of each sensor is cut into equal cells with one silence in each, at a random place and
 * of a random length (0.2 to 1.8 times the mean), so that the share of silent time is exactly what was asked for.
 */
import type { SimOptions } from '../sim-options.ts';
import { derive, unit } from './hash.ts';

export class Outages {
  readonly #keys: Int32Array;
  readonly #meanMs: number;
  readonly #cellMs: number;
  /** The silence of the present cell, and the cell's end, by series. */
  readonly #from: Float64Array;
  readonly #to: Float64Array;
  readonly #cellEnd: Float64Array;

  /** @param keys of the series; `gaps` of the options is above zero */
  constructor(keys: Int32Array, options: Pick<SimOptions, 'gaps' | 'gapS'>) {
    this.#keys = keys;
    this.#meanMs = options.gapS * 1000;
    this.#cellMs = this.#meanMs / options.gaps;
    this.#from = new Float64Array(keys.length);
    this.#to = new Float64Array(keys.length);
    this.#cellEnd = new Float64Array(keys.length).fill(Number.NEGATIVE_INFINITY);
  }

  /** Whether the series says nothing at `timeMs`. Times of a series come in ascending order. */
  silent(series: number, timeMs: number): boolean {
    if (timeMs >= this.#cellEnd[series]!) this.#enter(series, Math.floor(timeMs / this.#cellMs));
    return timeMs >= this.#from[series]! && timeMs < this.#to[series]!;
  }

  #enter(series: number, cell: number): void {
    const key = derive(this.#keys[series]!, cell);
    const lengthMs = this.#meanMs * (0.2 + 1.6 * unit(derive(key, 0)));
    const from = cell * this.#cellMs + (this.#cellMs - lengthMs) * unit(derive(key, 1));
    this.#from[series] = from;
    this.#to[series] = from + lengthMs;
    this.#cellEnd[series] = (cell + 1) * this.#cellMs;
  }
}
