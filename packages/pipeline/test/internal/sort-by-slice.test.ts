import { MetricDictionary, SampleColumns } from '@windrow/core';
import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortBySlice } from '../../src/internal/sort-by-slice.ts';

describe('samples by slice', () => {
  it.each([
    ['near each other', 100],
    ['far from each other', 2 ** 40],
  ])('%s keep their order within a slice', (_, reach) => {
    assert(
      property(array(integer({ min: -reach, max: reach }), { minLength: 1 }), (times) => {
        const batch = new SampleColumns(new MetricDictionary(), times.length);
        for (const [i, ms] of times.entries()) batch.push(i, ms, i / 2);
        const sorted = sortBySlice(batch, 10);
        const expected = times
          .map((ms, i) => [i, ms, i / 2] as const)
          .toSorted((a, b) => Math.floor(a[1] / 10) - Math.floor(b[1] / 10) || a[0] - b[0]);
        const found = expected.map((__, i) => [
          sorted.slots[i]!,
          sorted.timestampsMs[i]!,
          sorted.values[i]!,
        ]);
        expect(sorted.length).toBe(times.length);
        expect(found).toEqual(expected);
      }),
    );
  });
});
