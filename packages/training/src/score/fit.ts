/** How well numbers agree with the truth. Pure. */

export interface Fit {
  /** Examples with a target and a prediction. */
  readonly count: number;
  /** 1 minus squared errors over squared distances from the targets' own mean; null where the targets are all equal, or there is none. */
  readonly r2: number | null;
  /** Mean absolute error, in the unit of the target. */
  readonly mae: number | null;
  /** Pearson's; null where either side is constant. */
  readonly correlation: number | null;
}

/** @param rows indices into both; rows without a number on either side are left out */
export function fitOf(
  targets: Float64Array,
  predictions: Float64Array,
  rows: readonly number[],
): Fit {
  const known = rows.filter((i) => Number.isFinite(targets[i]) && Number.isFinite(predictions[i]));
  const count = known.length;
  if (count === 0) return { count, r2: null, mae: null, correlation: null };
  const mean = (of: Float64Array): number => known.reduce((sum, i) => sum + of[i]!, 0) / count;
  const targetMean = mean(targets);
  const predictionMean = mean(predictions);
  let absolute = 0;
  let errors = 0;
  let targetSquares = 0;
  let predictionSquares = 0;
  let products = 0;
  for (const i of known) {
    const error = predictions[i]! - targets[i]!;
    const a = targets[i]! - targetMean;
    const b = predictions[i]! - predictionMean;
    absolute += Math.abs(error);
    errors += error * error;
    targetSquares += a * a;
    predictionSquares += b * b;
    products += a * b;
  }
  const varies = (of: Float64Array): boolean => known.some((i) => of[i] !== of[known[0]!]);
  const isRelated = varies(targets) && varies(predictions);
  return {
    count,
    r2: varies(targets) ? 1 - errors / targetSquares : null,
    mae: absolute / count,
    correlation: isRelated ? products / Math.sqrt(targetSquares * predictionSquares) : null,
  };
}
