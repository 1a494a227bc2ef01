import type { SourceSplit } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { longestReachMs, readOrder } from '../src/read-order.ts';

function split(sequence: number, minMs: number | null, maxMs: number | null): SourceSplit {
  return { sequence, name: `${sequence}:${minMs}`, sizeBytes: 1, rowCount: null, minMs, maxMs };
}

describe('readOrder', () => {
  it('merges sequences by time and keeps the order within each', () => {
    const order = readOrder([
      split(0, 0, 10),
      split(0, 20, 30),
      split(1, 5, 15),
      split(1, 8, 12),
      split(1, 25, 26),
    ]);
    expect(order.map(({ split: { name }, keyMs }) => [name, keyMs])).toEqual([
      ['0:0', 0],
      ['1:5', 5],
      ['1:8', 8],
      ['0:20', 20],
      ['1:25', 25],
    ]);
  });

  it('promises no more than the rest of the sequence keeps', () => {
    //   read order:  30..40   10..20   50..60
    //   key:         10       10       50      (the second split goes back)
    const order = readOrder([split(0, 30, 40), split(0, 10, 20), split(0, 50, 60)]);
    expect(order.map(({ keyMs }) => keyMs)).toEqual([10, 10, 50]);
    expect(order.map(({ split: { minMs } }) => minMs)).toEqual([30, 10, 50]);
    expect(longestReachMs(order)).toBe(31);
  });

  it('promises nothing before a split of unknown bounds was read', () => {
    const order = readOrder([split(0, 0, 1), split(1, null, null), split(1, 50, 60)]);
    expect(order.map(({ split: { name }, keyMs }) => [name, keyMs])).toEqual([
      ['1:null', Number.NEGATIVE_INFINITY],
      ['0:0', 0],
      ['1:50', 50],
    ]);
    expect(longestReachMs(order)).toBeNull();
  });
});
