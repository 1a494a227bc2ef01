import { describe, expect, it } from 'vitest';
import { RateMeter } from '../../src/internal/rate-meter.ts';

describe('RateMeter', () => {
  it('is 0 before time has passed', () => {
    expect(new RateMeter(5).perSecond(5, 100)).toBe(0);
  });

  it('follows the last ten seconds, not the whole run', () => {
    const meter = new RateMeter(0);
    let count = 0;
    for (let ms = 0; ms <= 60_000; ms += 100) {
      count += ms < 30_000 ? 10 : 100;
      meter.mark(ms, count);
    }
    expect(meter.perSecond(60_000, count)).toBeCloseTo(1000, 0);
  });

  it('spans everything while it is young', () => {
    const meter = new RateMeter(0);
    meter.mark(1000, 500);
    expect(meter.perSecond(2000, 2000)).toBe(1000);
  });
});
