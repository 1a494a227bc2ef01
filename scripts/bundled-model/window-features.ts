/** What the bundled model sees of a window: mean and standard deviation of each channel. */

/** Numbers a channel. */
export const FEATURES_A_CHANNEL = 2;

/**
 * Features of a tensor `[channels, cells]` at `data[offset ..]`: all means, then all standard deviations (of the whole,
 * not of a sample), written to `out[at .. at + 2 * channels)`.
 */
export function windowFeatures(
  window: { readonly data: Float64Array | Float32Array; readonly offset: number },
  shape: { readonly channels: number; readonly cells: number },
  out: Float64Array,
  at: number,
): void {
  const { data, offset } = window;
  const { channels, cells } = shape;
  for (let channel = 0; channel < channels; channel++) {
    const from = offset + channel * cells;
    let sum = 0;
    for (let i = from; i < from + cells; i++) sum += data[i]!;
    const mean = sum / cells;
    let squares = 0;
    for (let i = from; i < from + cells; i++) squares += (data[i]! - mean) * (data[i]! - mean);
    out[at + channel] = mean;
    out[at + channels + channel] = Math.sqrt(squares / cells);
  }
}
