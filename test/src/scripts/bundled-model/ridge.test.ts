import { describe, expect, it } from 'vitest';
import { ridge } from '../../../../scripts/bundled-model/ridge.ts';

describe('ridge', () => {
  it('solves (A^T A + alpha) w = A^T b, here by hand', () => {
    // A^T A = [[2, 1], [1, 2]], A^T b = [4, 5]; with alpha 1: [[3, 1], [1, 3]] w = [4, 5].
    const rows = Float64Array.of(1, 0, 0, 1, 1, 1);
    const weights = ridge(rows, Float64Array.of(1, 2, 3), { width: 2, alpha: 1 });
    expect(weights[0]).toBeCloseTo(7 / 8, 14);
    expect(weights[1]).toBeCloseTo(11 / 8, 14);
  });

  it('finds what made the targets, where nothing is penalised', () => {
    const truth = [3, -2, 0.5, 7];
    const rows = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i + 1));
    const targets = Float64Array.from({ length: 100 }, (_, row) =>
      truth.reduce((sum, w, i) => sum + w * rows[row * 4 + i]!, 0),
    );
    const weights = ridge(rows, targets, { width: 4, alpha: 1e-12 });
    for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(truth[i]!, 9);
  });

  it('refuses singular equations', () => {
    const rows = Float64Array.of(1, 1, 2, 2);
    expect(() => ridge(rows, Float64Array.of(1, 2), { width: 2, alpha: 0 })).toThrow(
      'expected more than 0',
    );
  });
});
