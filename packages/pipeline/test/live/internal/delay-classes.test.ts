/** Delays in classes. */
import { describe, expect, it } from 'vitest';
import { DelayClasses } from '../../../src/live/internal/delay-classes.ts';

describe('delays', () => {
  it('are counted by their upper bound, which is part of the class, and summed up', () => {
    const delays = new DelayClasses();
    delays.add(Float64Array.of(1000, 995, 800, 799.5, Number.NaN, -1e9), 1000);
    const { classes, sumMs } = delays.counts();
    const filled = classes.filter(({ count }) => count > 0).map((one) => [one.upToMs, one.count]);
    expect(filled).toEqual([
      [5, 2],
      [200, 1],
      [250, 1],
      [Number.POSITIVE_INFINITY, 1],
    ]);
    expect(sumMs).toBe(0 + 5 + 200 + 200.5 + 1_000_001_000);
    expect(classes.map(({ upToMs }) => upToMs)).toEqual(
      classes.map(({ upToMs }) => upToMs).toSorted((a, b) => a - b),
    );
  });
});
