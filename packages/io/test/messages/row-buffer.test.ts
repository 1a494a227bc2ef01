import { MetricDictionary } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { RowBuffer } from '../../src/index.ts';

describe('rows that are gathered', () => {
  it('are kept when there is no more room, to the bit', () => {
    const buffer = new RowBuffer(new MetricDictionary());
    for (let i = 0; i < 9000; i++) buffer.reserve(1).push(i, i * 10, i === 7 ? -0 : i / 8);
    const { columns } = buffer;
    expect(columns.length).toBe(9000);
    for (let i = 0; i < columns.length; i++) {
      expect(Object.is(columns.values[i], i === 7 ? -0 : i / 8)).toBe(true);
      expect([columns.slots[i], columns.timestampsMs[i]]).toEqual([i, i * 10]);
    }
  });

  it('make room for as many as are asked for, and start again when cleared', () => {
    const buffer = new RowBuffer(new MetricDictionary());
    expect(buffer.reserve(100_000).capacity).toBeGreaterThanOrEqual(100_000);
    buffer.reserve(1).push(1, 2, 3);
    const other = new RowBuffer(buffer.columns.dictionary);
    other.append(buffer.columns);
    other.append(buffer.columns);
    expect([...other.columns.values.subarray(0, other.columns.length)]).toEqual([3, 3]);
    buffer.clear();
    expect(buffer.columns.length).toBe(0);
  });
});
