import { describe, expect, it } from 'vitest';
import { summaryFeatures } from '../../src/output/summary-features.ts';

function features(cells: readonly number[]): number[] {
  const out = new Float64Array(6);
  // Every second number is another input's.
  const tensor = Float64Array.from(cells.flatMap((cell) => [cell, 1e9]));
  summaryFeatures(tensor, { first: 0, step: 2, count: cells.length }, out, 0);
  return [...out];
}

describe('summary features', () => {
  it.each([
    { cells: [3, 1, 2], expected: [2, Math.sqrt(2 / 3), 1, 3, 3, 2] },
    { cells: [Number.NaN, 4, Number.NaN, 8, Number.NaN], expected: [6, 2, 4, 8, 4, 8] },
    { cells: [5], expected: [5, 0, 5, 5, 5, 5] },
    { cells: [Number.NaN], expected: Array.from({ length: 6 }, () => Number.NaN) },
  ])('of $cells', ({ cells, expected }) => expect(features(cells)).toEqual(expected));
});
