/**
 * The bundled model as a formula: standardised features, linear in all of them, and quadratic in the means.
 *
 *     z = (feature - centre) / scale
 *     quality = bias + sum_i linear_i z_i + sum_(i <= j < channels) quadratic_ij z_i z_j
 */
import type { Examples } from './examples.ts';
import { ridge } from './ridge.ts';
import { FEATURES_A_CHANNEL } from './window-features.ts';

export interface QualityFormula {
  readonly channels: number;
  /** Of each feature: all means, then all standard deviations. */
  readonly centre: Float64Array;
  readonly scale: Float64Array;
  readonly linear: Float64Array;
  /** `channels` x `channels`, row-major; zero below the diagonal. */
  readonly quadratic: Float64Array;
  readonly bias: number;
}

/** The formula that fits the examples, with a penalty of `alpha` on the squared weights. */
export function fitQuality(examples: Examples, channels: number, alpha: number): QualityFormula {
  const width = channels * FEATURES_A_CHANNEL;
  const { centre, scale } = standardisation(examples, width);
  const columns = width + (channels * (channels + 1)) / 2;
  const rows = new Float64Array(examples.count * columns);
  for (let row = 0; row < examples.count; row++) {
    expand(examples.features, row * width, { channels, centre, scale }, rows, row * columns);
  }
  const bias = mean(examples.targets);
  const shift = columnMeans(rows, columns);
  for (let i = 0; i < rows.length; i++) rows[i] = rows[i]! - shift[i % columns]!;
  const weights = ridge(
    rows,
    examples.targets.map((target) => target - bias),
    { width: columns, alpha },
  );
  let offset = 0;
  for (let i = 0; i < columns; i++) offset += weights[i]! * shift[i]!;
  const quadratic = new Float64Array(channels * channels);
  let at = width;
  for (let i = 0; i < channels; i++) {
    for (let j = i; j < channels; j++) quadratic[i * channels + j] = weights[at++]!;
  }
  const linear = weights.slice(0, width);
  return { channels, centre, scale, linear, quadratic, bias: bias - offset };
}

/** The formula's value for the features at `features[at ..]`. */
export function quality(formula: QualityFormula, features: Float64Array, at: number): number {
  const { channels, centre, scale, linear, quadratic, bias } = formula;
  const z = linear.map((_, i) => (features[at + i]! - centre[i]!) / scale[i]!);
  let sum = bias;
  for (let i = 0; i < z.length; i++) sum += linear[i]! * z[i]!;
  for (let i = 0; i < channels; i++) {
    for (let j = i; j < channels; j++) sum += quadratic[i * channels + j]! * z[i]! * z[j]!;
  }
  return sum;
}

function expand(
  features: Float64Array,
  from: number,
  { channels, centre, scale }: Pick<QualityFormula, 'channels' | 'centre' | 'scale'>,
  out: Float64Array,
  at: number,
): void {
  const width = centre.length;
  for (let i = 0; i < width; i++) out[at + i] = (features[from + i]! - centre[i]!) / scale[i]!;
  let next = at + width;
  for (let i = 0; i < channels; i++) {
    for (let j = i; j < channels; j++) out[next++] = out[at + i]! * out[at + j]!;
  }
}

function standardisation(
  { features, count }: Examples,
  width: number,
): { readonly centre: Float64Array; readonly scale: Float64Array } {
  const centre = columnMeans(features, width);
  const squares = new Float64Array(width);
  for (let i = 0; i < features.length; i++) {
    const d = features[i]! - centre[i % width]!;
    squares[i % width] = squares[i % width]! + d * d;
  }
  // A feature that never changes says nothing: any scale will do.
  const scale = squares.map((sum) => (sum > 0 ? Math.sqrt(sum / count) : 1));
  return { centre, scale };
}

function columnMeans(rows: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < rows.length; i++) sums[i % width] = sums[i % width]! + rows[i]!;
  return sums.map((sum) => sum / (rows.length / width));
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
