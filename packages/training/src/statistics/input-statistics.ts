/**
 * What the numbers of each input look like over the examples of a split: the baseline against which drift is measured. Every cell of
 * every tensor counts, as the model sees it; missing cells are counted apart. Rows are added in one order, so the sums are the same
 * each time.
 */
import type { TensorForm } from '../tensor-form.ts';

/** Least and greatest value of each input over all examples, which lay out the histograms of all splits. */
export class InputExtent {
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly #form: TensorForm;

  constructor(form: TensorForm) {
    this.#form = form;
    this.min = new Float64Array(form.channels).fill(Number.POSITIVE_INFINITY);
    this.max = new Float64Array(form.channels).fill(Number.NEGATIVE_INFINITY);
  }

  add(tensor: Float64Array | Float32Array): void {
    const { channels, cells } = this.#form;
    const [step, start] = strides(this.#form);
    for (let c = 0; c < channels; c++) {
      let min = this.min[c]!;
      let max = this.max[c]!;
      for (let t = 0, at = c * start; t < cells; t++, at += step) {
        const value = tensor[at]!;
        if (value < min) min = value;
        if (value > max) max = value;
      }
      this.min[c] = min;
      this.max[c] = max;
    }
  }
}

/** Between cells of an input, and between the first cells of two inputs. */
function strides({ shape, dimNames }: TensorForm): readonly [step: number, start: number] {
  return dimNames[0] === 'channel' ? [1, shape[1]] : [shape[1], 1];
}

/** Statistics of one input, as `dataset.json` has them. */
export interface InputSummary {
  readonly cells: number;
  readonly missing: number;
  /** null where there is no cell. */
  readonly mean: number | null;
  /** Of the population. */
  readonly std: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Mean share of observed cells of a window, before filling. */
  readonly observed_share: number | null;
  readonly histogram: {
    /** From the least to the greatest value over all splits; the first and last bin hold these too. */
    readonly edges: readonly number[];
    readonly counts: readonly number[];
  };
}

const HISTOGRAM_BINS = 32;

export class InputStatistics {
  readonly #form: TensorForm;
  readonly #extent: InputExtent;
  #examples = 0;
  readonly #missing: Float64Array;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  readonly #min: Float64Array;
  readonly #max: Float64Array;
  readonly #observed: Float64Array;
  readonly #bins: Float64Array;

  constructor(form: TensorForm, extent: InputExtent) {
    this.#form = form;
    this.#extent = extent;
    const { channels } = form;
    this.#missing = new Float64Array(channels);
    this.#sums = new Float64Array(channels);
    this.#squares = new Float64Array(channels);
    this.#min = new Float64Array(channels).fill(Number.POSITIVE_INFINITY);
    this.#max = new Float64Array(channels).fill(Number.NEGATIVE_INFINITY);
    this.#observed = new Float64Array(channels);
    this.#bins = new Float64Array(channels * HISTOGRAM_BINS);
  }

  add(tensor: Float64Array | Float32Array, observed: Uint32Array): void {
    this.#examples++;
    const { channels, cells } = this.#form;
    const [step, start] = strides(this.#form);
    for (let c = 0; c < channels; c++) {
      this.#addInput(c, tensor, c * start, step);
      this.#observed[c] = this.#observed[c]! + observed[c]! / cells;
    }
  }

  #addInput(c: number, tensor: Float64Array | Float32Array, first: number, step: number): void {
    const shift = this.#shift(c);
    const from = this.#extent.min[c]!;
    const width = this.#extent.max[c]! - from;
    const scale = width > 0 ? HISTOGRAM_BINS / width : 0;
    const bins = this.#bins;
    let min = this.#min[c]!;
    let max = this.#max[c]!;
    let sum = 0;
    let squares = 0;
    let missing = 0;
    for (let t = 0, at = first; t < this.#form.cells; t++, at += step) {
      const value = tensor[at]!;
      if (value !== value) {
        missing++;
        continue;
      }
      const off = value - shift;
      sum += off;
      squares += off * off;
      if (value < min) min = value;
      if (value > max) max = value;
      const bin = Math.min(HISTOGRAM_BINS - 1, Math.floor((value - from) * scale));
      bins[c * HISTOGRAM_BINS + bin] = bins[c * HISTOGRAM_BINS + bin]! + 1;
    }
    this.#sums[c] = this.#sums[c]! + sum;
    this.#squares[c] = this.#squares[c]! + squares;
    this.#missing[c] = this.#missing[c]! + missing;
    this.#min[c] = min;
    this.#max[c] = max;
  }

  /** Near the values, so that squares lose nothing where a large value hardly changes. */
  #shift(c: number): number {
    const [min, max] = [this.#extent.min[c]!, this.#extent.max[c]!];
    return min <= max ? min + (max - min) / 2 : 0;
  }

  /** By input. */
  summaries(): InputSummary[] {
    const { channels, cells } = this.#form;
    return Array.from({ length: channels }, (_, c) => {
      const all = this.#examples * cells;
      const missing = this.#missing[c]!;
      const count = all - missing;
      const mean = this.#sums[c]! / count;
      const variance = Math.max(0, this.#squares[c]! / count - mean * mean);
      const known = (value: number): number | null => (count > 0 ? value : null);
      return {
        cells: all,
        missing,
        mean: known(this.#shift(c) + mean),
        std: known(Math.sqrt(variance)),
        min: known(this.#min[c]!),
        max: known(this.#max[c]!),
        observed_share: this.#examples > 0 ? this.#observed[c]! / this.#examples : null,
        histogram: {
          edges: this.#edges(c),
          counts: [...this.#bins.subarray(c * HISTOGRAM_BINS, (c + 1) * HISTOGRAM_BINS)],
        },
      };
    });
  }

  #edges(c: number): number[] {
    const [min, max] = [this.#extent.min[c]!, this.#extent.max[c]!];
    if (!(min <= max)) return [];
    const edge = (i: number): number => min + ((max - min) * i) / HISTOGRAM_BINS;
    return Array.from({ length: HISTOGRAM_BINS + 1 }, (_, i) =>
      i === HISTOGRAM_BINS ? max : edge(i),
    );
  }
}
