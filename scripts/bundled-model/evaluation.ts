/** How good predictions are, and how good are those that need no model. */
import type { Examples } from './examples.ts';
import { quality, type QualityFormula } from './quality-formula.ts';
import { FEATURES_A_CHANNEL } from './window-features.ts';

export interface Evaluation {
  readonly examples: number;
  /** Share of the variance of the targets that is explained; against the targets' own mean. */
  readonly r2: number;
  /** Mean absolute errors, in the target's unit: the model's, */
  readonly mae: number;
  /** that of always saying the mean of the training targets, */
  readonly maeOfMean: number;
  /** that of repeating the line's last known lab value, over the examples that have one, */
  readonly maeOfPersistence: number;
  /** and the model's over the same examples. */
  readonly maeWherePersistence: number;
  readonly examplesWithKnown: number;
}

/** Evaluates a formula on examples that it was not fitted to. */
export function evaluate(
  formula: QualityFormula,
  examples: Examples,
  trainingMean: number,
): Evaluation {
  const width = formula.channels * FEATURES_A_CHANNEL;
  const { targets, lastKnown, features } = examples;
  const errors = targets.map((target, i) => quality(formula, features, i * width) - target);
  const mean = meanOf(targets);
  const known = Array.from(lastKnown.keys()).filter((i) => !Number.isNaN(lastKnown[i]!));
  return {
    examples: examples.count,
    r2: 1 - meanOf(errors.map((e) => e * e)) / meanOf(targets.map((t) => (t - mean) * (t - mean))),
    mae: meanOf(errors.map(Math.abs)),
    maeOfMean: meanOf(targets.map((t) => Math.abs(t - trainingMean))),
    maeOfPersistence: meanOf(
      Float64Array.from(known, (i) => Math.abs(lastKnown[i]! - targets[i]!)),
    ),
    maeWherePersistence: meanOf(Float64Array.from(known, (i) => Math.abs(errors[i]!))),
    examplesWithKnown: known.length,
  };
}

/** The mean of the targets of the examples. */
export function meanTarget(examples: Examples): number {
  return meanOf(examples.targets);
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
