import { MetricDictionary, SampleColumns } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { refuseBrokenPromise } from '../../src/internal/broken-promise.ts';

const dictionary = MetricDictionary.of(['00000000-0000-4000-8000-000000000001']);
const split = { name: 'a.parquet, row group 2', minMs: 1000, maxMs: 1999 };
const [first, middle, last] = [
  { startMs: Number.NEGATIVE_INFINITY, endMs: 2000 },
  { startMs: 1000, endMs: 2000 },
  { startMs: 1000, endMs: Number.POSITIVE_INFINITY },
];

function check(home: typeof middle, ...timestampsMs: number[]): void {
  const batch = new SampleColumns(dictionary, timestampsMs.length);
  for (const ms of timestampsMs) batch.push(0, ms, 1);
  refuseBrokenPromise(batch, split, home);
}

describe('refuseBrokenPromise', () => {
  it('takes what lies within the bounds, and everything where there are none', () => {
    expect(() => check(middle, 1000, 1500, 1999)).not.toThrow();
    const batch = new SampleColumns(dictionary, 1);
    batch.push(0, 5_000_000, 1);
    const unknown = { ...split, minMs: null, maxMs: null };
    expect(() => refuseBrokenPromise(batch, unknown, middle)).not.toThrow();
  });

  it.each([
    [
      'after the greatest, which the next slice may need',
      middle,
      2000,
      /after 1970-01-01T00:00:01.999Z/,
    ],
    [
      'before the least, which the slice before may need',
      middle,
      999,
      /before 1970-01-01T00:00:01.000Z/,
    ],
    [
      'after the greatest, in the first slice',
      first,
      2500,
      /row group 2: found a sample at 1970-01-01T00:00:02.500Z/,
    ],
    ['before the least, in the last slice', last, 0, /convert it to a format without statistics/],
  ])('refuses a sample %s', (_, home, ms, message) => {
    expect(() => check(home, 1500, ms)).toThrow(message);
  });

  it('takes a sample that nobody else could need: a table that grew, an earlier row', () => {
    expect(() => check(last, 5000)).not.toThrow();
    expect(() => check(first, 5)).not.toThrow();
  });
});
