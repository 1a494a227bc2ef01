import { describe, expect, it } from 'vitest';
import { fitOf } from '../../src/score/fit.ts';

const of = (targets: readonly number[], predictions: readonly number[]) =>
  fitOf(Float64Array.from(targets), Float64Array.from(predictions), [...targets.keys()]);

describe('fit', () => {
  it.each([
    {
      what: 'the truth itself',
      fit: of([1, 2, 3], [1, 2, 3]),
      expected: { count: 3, r2: 1, mae: 0, correlation: 1 },
    },
    {
      what: 'the mean of the targets',
      fit: of([1, 2, 3], [2, 2, 2]),
      expected: { count: 3, r2: 0, mae: 2 / 3, correlation: null },
    },
    {
      what: 'the contrary',
      fit: of([1, 2, 3], [3, 2, 1]),
      expected: { count: 3, r2: -3, mae: 4 / 3, correlation: -1 },
    },
    {
      what: 'rows without a number on either side are left out',
      fit: of([1, Number.NaN, 3], [1, 2, Number.NaN]),
      expected: { count: 1, r2: null, mae: 0, correlation: null },
    },
    {
      what: 'nothing',
      fit: of([], []),
      expected: { count: 0, r2: null, mae: null, correlation: null },
    },
  ])('of $what', ({ fit, expected }) => expect(fit).toEqual(expected));
});
