import { describe, expect, it } from 'vitest';
import { ValueStatistics, mergeValueSummaries } from '../src/value-statistics.ts';

function over(values: readonly number[]): ValueStatistics {
  const statistics = new ValueStatistics();
  for (const v of values) statistics.add(v);
  return statistics;
}

describe('ValueStatistics', () => {
  it('counts what is finite, and what is not apart', () => {
    const summary = over([2, Number.NaN, 4, Infinity, 9, -Infinity]).snapshot();
    expect(summary).toMatchObject({ count: 3, missing: 3, mean: 5, min: 2, p50: 4, max: 9 });
    expect(summary.deviation).toBeCloseTo(Math.sqrt(26 / 3), 12);
  });

  it('of nothing has no numbers', () => {
    const none = { mean: null, deviation: null, min: null, max: null, p50: null, p99: null };
    expect(over([]).snapshot()).toMatchObject({ count: 0, missing: 0, ...none });
  });

  it('does not cancel where values are large and differ little', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => 1e9 + (i % 2));
    expect(over(values).snapshot().deviation).toBeCloseTo(0.5, 9);
  });

  it('merged is as if counted as one', () => {
    const values = Array.from({ length: 1000 }, (_, i) => Math.sin(i) * i);
    const whole = over(values).snapshot();
    for (const cut of [0, 1, 500, 999, 1000]) {
      const merged = mergeValueSummaries(
        over(values.slice(0, cut)).snapshot(),
        over([...values.slice(cut), Number.NaN]).snapshot(),
      );
      expect(merged).toMatchObject({ count: 1000, missing: 1, min: whole.min, max: whole.max });
      expect(merged.mean).toBeCloseTo(whole.mean!, 9);
      expect(merged.deviation).toBeCloseTo(whole.deviation!, 9);
    }
  });
});
