/**
 * What is read of splits that stick out of a range.
 *
 *     split 0 |0 ......... 99|     split 1 |100 ......... 199|
 *     range          |50 .................. 120|
 */
import type { SourceSplit } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { expectedRead } from '../src/expected-read.ts';

const splitAt = (
  minMs: number | null,
  maxMs: number | null,
  rowCount: number | null = 1000,
): SourceSplit => ({
  sequence: 0,
  name: 'split',
  sizeBytes: 4000,
  rowCount,
  minMs,
  maxMs,
});
const two: readonly SourceSplit[] = [splitAt(0, 99), splitAt(100, 199)];
const range = { startMs: 50, endMs: 120 };
const ALL = { startMs: Number.NEGATIVE_INFINITY, endMs: Number.POSITIVE_INFINITY };

describe('what is to be read', () => {
  it('is every split as a whole, where a source reads it so', () => {
    expect(expectedRead(two, range, false)).toEqual({ rows: 2000, sizeBytes: 8000 });
  });

  it('is the share of a split that lies in the range, where a source reads parts', () => {
    expect(expectedRead(two, range, true)).toEqual({ rows: 700, sizeBytes: 2800 });
    expect(expectedRead(two, { startMs: 500, endMs: 600 }, true)).toEqual({
      rows: 0,
      sizeBytes: 0,
    });
    expect(expectedRead(two, { startMs: 60, endMs: 50 }, true)).toEqual({ rows: 0, sizeBytes: 0 });
    expect(expectedRead([], range, true)).toEqual({ rows: 0, sizeBytes: 0 });
  });

  it('is all of a split that lies inside, or where there is no range', () => {
    const all = { rows: 2000, sizeBytes: 8000 };
    expect(expectedRead(two, { startMs: 0, endMs: 200 }, true)).toEqual(all);
    expect(expectedRead(two, { startMs: 0, endMs: 199 }, true)).toEqual({
      rows: 1990,
      sizeBytes: 7960,
    });
    expect(expectedRead(two, ALL, true)).toEqual(all);
    expect(expectedRead([splitAt(null, null), splitAt(5, 5)], ALL, true)).toEqual(all);
    expect(expectedRead([splitAt(70, 70)], range, true).rows).toBe(1000);
  });

  it('is not known where a split says nothing of its time, or of its samples', () => {
    expect(expectedRead([splitAt(null, null)], range, true)).toEqual({
      rows: null,
      sizeBytes: 4000,
    });
    expect(expectedRead([splitAt(0, 99, null)], range, true)).toEqual({
      rows: null,
      sizeBytes: 2000,
    });
    expect(expectedRead([...two, splitAt(0, 99, null)], ALL, false).rows).toBe(null);
    expect(expectedRead([splitAt(null, 99)], { ...ALL, endMs: 100 }, true).rows).toBe(1000);
    expect(expectedRead([splitAt(0, null)], { ...ALL, startMs: 0 }, true).rows).toBe(1000);
  });
});
