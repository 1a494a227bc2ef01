import { describe, expect, it } from 'vitest';
import { ValueStatistics, mergeValueSummaries } from '../src/value-statistics.ts';

function over(values: readonly number[]): ValueStatistics {
  const statistics = new ValueStatistics(1);
  for (const v of values) {
    statistics.put(0, v);
    statistics.endRow();
  }
  return statistics;
}

describe('ValueStatistics', () => {
  it('counts what is finite, and what is not apart', () => {
    const summary = over([2, Number.NaN, 4, Infinity, 9, -Infinity]).snapshot(0);
    expect(summary).toMatchObject({ count: 3, missing: 3, mean: 5, min: 2, p50: 4, max: 9 });
    expect(summary.deviation).toBeCloseTo(Math.sqrt(26 / 3), 12);
  });

  it('of nothing has no numbers', () => {
    const none = { mean: null, deviation: null, min: null, max: null, p50: null, p99: null };
    expect(over([]).snapshot(0)).toMatchObject({ count: 0, missing: 0, ...none });
  });

  it('does not cancel where values are large and differ little', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => 1e9 + (i % 2));
    expect(over(values).snapshot(0).deviation).toBeCloseTo(0.5, 9);
  });

  it('counts each column by itself, whenever it is asked', () => {
    const statistics = new ValueStatistics(3);
    const counts: number[] = [];
    for (let row = 0; row < 100; row++) {
      statistics.put(0, row);
      statistics.put(1, row % 10 === 0 ? Number.NaN : -row);
      statistics.put(2, 7);
      statistics.endRow();
      // Rows that wait are counted, and the next ones begin anew.
      if (row % 41 === 0) counts.push(statistics.snapshot(0).count);
    }
    expect(counts).toEqual([1, 42, 83]);
    const columns = [0, 1, 2].map((column) => statistics.snapshot(column));
    expect(columns).toMatchObject([
      { count: 100, missing: 0, mean: 49.5, min: 0, max: 99 },
      { count: 90, missing: 10, mean: expect.closeTo(-50, 9) as number, min: -99, max: -1 },
      { count: 100, missing: 0, mean: 7, deviation: 0, min: 7, p50: 7, p99: 7, max: 7 },
    ]);
  });

  it('that was released has no memory any more', () => {
    const statistics = over([1, 2, 3]);
    expect(statistics.snapshot(0)).toMatchObject({ count: 3 });
    statistics.release();
    expect(() => statistics.snapshot(0)).toThrow(/room for a sketch/);
  });

  it('merged is as if counted as one', () => {
    const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i) * i);
    const whole = over(values).snapshot(0);
    for (const cut of [0, 1, 500, 999, 1000]) {
      const merged = mergeValueSummaries(
        over(values.slice(0, cut)).snapshot(0),
        over([...values.slice(cut), Number.NaN]).snapshot(0),
      );
      expect(merged).toMatchObject({ count: 1000, missing: 1, min: whole.min, max: whole.max });
      expect(merged.mean).toBeCloseTo(whole.mean!, 9);
      expect(merged.deviation).toBeCloseTo(whole.deviation!, 9);
    }
  });
});
