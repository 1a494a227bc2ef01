import { describe, expect, it } from 'vitest';
import { evaluate, meanTarget } from '../../../../scripts/bundled-model/evaluation.ts';
import type { Examples } from '../../../../scripts/bundled-model/examples.ts';
import { fitQuality, quality } from '../../../../scripts/bundled-model/quality-formula.ts';

/** Two channels: means m0, m1, deviations d0, d1 (the last constant); the target is quadratic in the means. */
function examples(count: number, seed: number): Examples {
  const features = new Float64Array(count * 4);
  const targets = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const [m0, m1] = [100 + 5 * Math.sin(i * 7.1 + seed), 2 + Math.cos(i * 3.7 + seed)];
    const d0 = 1 + Math.sin(i * 1.3 + seed) ** 2;
    features.set([m0, m1, d0, 0.25], i * 4);
    targets[i] = 10 + 0.2 * m0 - m1 * m1 + 0.05 * m0 * m1 + 3 * d0;
  }
  const lastKnown = targets.map((target, i) => (i % 2 === 0 ? target + 2 : Number.NaN));
  return { count, features, targets, lastKnown };
}

describe('fitQuality', () => {
  it('finds a target that is of its form, on examples that it has not seen', () => {
    const training = examples(300, 0);
    const formula = fitQuality(training, 2, 1e-9);
    const other = examples(50, 0.77);
    for (let i = 0; i < other.count; i++) {
      expect(quality(formula, other.features, i * 4)).toBeCloseTo(other.targets[i]!, 6);
    }
    const judged = evaluate(formula, other, meanTarget(training));
    expect(judged.r2).toBeCloseTo(1, 9);
    expect(judged.maeOfPersistence).toBeCloseTo(2, 9);
    expect(judged.examplesWithKnown).toBe(25);
    expect(judged.maeOfMean).toBeGreaterThan(1);
  });

  it('says the mean where everything is penalised away', () => {
    const training = examples(300, 0);
    const formula = fitQuality(training, 2, 1e15);
    expect(quality(formula, training.features, 0)).toBeCloseTo(meanTarget(training), 6);
    expect(evaluate(formula, training, meanTarget(training)).r2).toBeCloseTo(0, 6);
  });
});
