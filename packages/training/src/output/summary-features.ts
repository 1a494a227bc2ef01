/** Summary features of one input of a window: what simple models are trained on. */

export const SUMMARY_FEATURES = ['mean', 'std', 'min', 'max', 'first', 'last'] as const;

/**
 * Writes the features in that order to `out[at ..]`, over the cells that are not missing; NaN where all are.
 * @param step between two cells of the input
 */
export function summaryFeatures(
  tensor: Float64Array | Float32Array,
  cells: { readonly first: number; readonly step: number; readonly count: number },
  out: Float64Array,
  at: number,
): void {
  let count = 0;
  let sum = 0;
  let min = Number.NaN;
  let max = Number.NaN;
  let first = Number.NaN;
  let last = Number.NaN;
  const end = cells.first + cells.count * cells.step;
  for (let i = cells.first; i < end; i += cells.step) {
    const value = tensor[i]!;
    if (value !== value) continue;
    if (count === 0) min = max = first = value;
    count++;
    sum += value;
    last = value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = cells.first; i < end; i += cells.step) {
    const off = tensor[i]! - mean;
    if (off === off) squares += off * off;
  }
  out[at] = mean;
  out[at + 1] = Math.sqrt(squares / count);
  out[at + 2] = min;
  out[at + 3] = max;
  out[at + 4] = first;
  out[at + 5] = last;
}
