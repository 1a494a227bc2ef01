/**
 * What models are fed, at next to no cost: of a run one window, of this one cell of each input. Window and cell wander, over all cells in
 * turn, so that new and old cells, observed and filled ones count alike.
 *
 * The first runs are looked at one by one, later ones each eighth: counters of thousands of models lie in no cache, and to touch those of
 * 25 inputs takes 10 to 15 us.
 */
import { windowCells, type Definition } from '@windrow/core';
import type { RunStatistics } from '../model-statistics.ts';
import type { ValueStatistics } from '../value-statistics.ts';

/** Coprime to every number of cells that has not this prime as a factor. */
const STRIDE = 7919;
const RUNS_EACH = 16;
const RUNS_BETWEEN = 8;

export class InputSampler {
  readonly #inputs: number;
  readonly #cells: number;
  /** Elements from one input to the next, and from one cell to the next. */
  readonly #inputStep: number;
  readonly #cellStep: number;
  readonly #seen: ValueStatistics;
  #runs = 0;
  #looks = 0;

  /** @param statistics of the model that gets the windows */
  constructor(definition: Definition, statistics: RunStatistics) {
    this.#seen = statistics.inputs(definition.inputMetricIds.length);
    this.#inputs = definition.inputMetricIds.length;
    this.#cells = windowCells(definition);
    const isChannelMajor = definition.layout === 'channel_major';
    this.#inputStep = isChannelMajor ? this.#cells : 1;
    this.#cellStep = isChannelMajor ? 1 : this.#inputs;
  }

  /** @param data `rows` windows, one after the other */
  sample(data: Float64Array | Float32Array, rows: number): void {
    const run = this.#runs++;
    if (run >= RUNS_EACH && run % RUNS_BETWEEN !== 0) return;
    const look = this.#looks++;
    const row = look % rows;
    const cell = (look * STRIDE) % this.#cells;
    let at = row * this.#inputs * this.#cells + cell * this.#cellStep;
    for (let input = 0; input < this.#inputs; input++) {
      this.#seen.put(input, data[at]!);
      at += this.#inputStep;
    }
    this.#seen.endRow();
  }
}
