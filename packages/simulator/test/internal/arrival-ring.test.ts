import { describe, expect, it } from 'vitest';
import { ArrivalRing } from '../../src/internal/arrival-ring.ts';

describe('ArrivalRing', () => {
  it('keeps ticks apart, also before 1970, and grows', () => {
    const ring = new ArrivalRing(3);
    for (let i = 0; i < 100; i++) ring.at(-2 + (i % 4)).push(i, i * 10, i / 2);
    for (let tick = -2; tick < 2; tick++) {
      const arrivals = ring.at(tick);
      expect(arrivals.length).toBe(25);
      expect(arrivals.series[24]).toBe(96 + tick + 2);
      expect(arrivals.timestampsMs[1]).toBe((6 + tick) * 10);
      expect(arrivals.values[0]).toBe((tick + 2) / 2);
    }
    expect(ring.at(2)).toBe(ring.at(-2));
  });
});
