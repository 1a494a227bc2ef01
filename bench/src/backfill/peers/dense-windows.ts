/**
 * Fill and windows by hand, for peers that let SQL do the rest: a matrix of series x seconds, a piece of time at a time.
 *
 *     | history: window + fill | the piece |      positions 0 to historyS + pieceS of each series; NaN: no observation
 */
import type { Windows } from './peer-task.ts';
import type { WindowScorer } from './window-scorer.ts';

export const PIECE_S = 1800;

export class DenseWindows {
  readonly #windows: Windows;
  readonly #historyS: number;
  readonly #width: number;
  readonly #cells: Float64Array;
  /** Milliseconds into its second of the sample that a cell holds. */
  readonly #offsetsMs: Int16Array;
  readonly #filled: Float64Array;
  /** First second of the piece; window ends are multiples of the step, and so is this. */
  pieceS: number;

  constructor(windows: Windows, fromS: number) {
    this.#windows = windows;
    this.#historyS = windows.sizeS + windows.fillS;
    this.#width = this.#historyS + PIECE_S;
    const series = windows.inputs.reduce((sum, inputs) => sum + inputs.length, 0);
    this.#cells = new Float64Array(series * this.#width).fill(Number.NaN);
    this.#offsetsMs = new Int16Array(series * this.#width);
    this.#filled = new Float64Array(series * this.#width);
    this.pieceS = Math.floor(fromS / windows.stepS) * windows.stepS;
  }

  /** Sets the cells that a chunk of a query gives; seconds count from the piece's start. */
  setCells(series: Int32Array, seconds: Int32Array, values: Float64Array): void {
    const cells = this.#cells;
    const width = this.#width;
    const historyS = this.#historyS;
    for (let i = 0; i < series.length; i++) {
      cells[series[i]! * width + historyS + seconds[i]!] = values[i]!;
    }
  }

  /** Puts samples into their cells, where the latest of a second stays; times count in ms from the piece's start. */
  putSamples(series: Int32Array, timesMs: Int32Array, values: Float64Array): void {
    const cells = this.#cells;
    const offsetsMs = this.#offsetsMs;
    const width = this.#width;
    const historyS = this.#historyS;
    for (let i = 0; i < series.length; i++) {
      const timeMs = timesMs[i]!;
      const second = (timeMs / 1000) | 0;
      const offsetMs = timeMs - second * 1000;
      const at = series[i]! * width + historyS + second;
      const known = cells[at]!;
      if (known === known && offsetMs < offsetsMs[at]!) continue;
      cells[at] = values[i]!;
      offsetsMs[at] = offsetMs;
    }
  }

  /** Scores the windows that end in the piece, and goes on to the next one. */
  async score(scorer: WindowScorer): Promise<void> {
    this.#fill();
    const { sizeS, stepS, inputs } = this.#windows;
    for (let endS = stepS; endS <= PIECE_S; endS += stepS) {
      const from = this.#historyS + endS - sizeS;
      let series = 0;
      for (const [line, { length }] of inputs.entries()) {
        const { row } = scorer;
        for (let input = 0; input < length; input++, series++) {
          const at = series * this.#width + from;
          row.set(this.#filled.subarray(at, at + sizeS), input * sizeS);
        }
        if (!row.includes(Number.NaN)) await scorer.commit(line, this.pieceS + endS);
      }
    }
    this.#moveOn();
  }

  /** An observation stands for `fillS` seconds. */
  #fill(): void {
    const { fillS } = this.#windows;
    const cells = this.#cells;
    const filled = this.#filled;
    for (let start = 0; start < cells.length; start += this.#width) {
      let last = Number.NaN;
      let lastAt = 0;
      for (let at = start; at < start + this.#width; at++) {
        const value = cells[at]!;
        if (value === value) {
          last = value;
          lastAt = at;
        }
        filled[at] = at - lastAt <= fillS ? last : Number.NaN;
      }
    }
  }

  #moveOn(): void {
    const cells = this.#cells;
    for (let start = 0; start < cells.length; start += this.#width) {
      cells.copyWithin(start, start + PIECE_S, start + this.#width);
      cells.fill(Number.NaN, start + this.#historyS, start + this.#width);
    }
    this.pieceS += PIECE_S;
  }
}
