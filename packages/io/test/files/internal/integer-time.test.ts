import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  MICROSECONDS,
  MILLISECONDS,
  NANOSECONDS,
  SECONDS,
  int64ToMs,
  type TimeUnit,
} from '../../../src/files/internal/integer-time.ts';

function toMs(value: bigint, unit: TimeUnit): number {
  const out = new Float64Array(1);
  int64ToMs(new Int32Array(BigInt64Array.of(value).buffer), 1, unit, out, 0);
  return out[0]!;
}

/** Floored division of big integers: the oracle. */
function floored(value: bigint, divisor: bigint): bigint {
  return value / divisor - (value % divisor < 0n ? 1n : 0n);
}

describe('int64ToMs', () => {
  it.each([
    [MICROSECONDS, 1000n],
    [NANOSECONDS, 1_000_000n],
  ])('floors finer units exactly, wherever the result is in range: %o', (unit, divisor) => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const expected = Number(floored(value, divisor));
        const got = toMs(value, unit);
        const isInRange = Math.abs(expected) < 8.64e15;
        expect(isInRange ? got === expected : Math.abs(got) >= 8.64e15).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('floors around every boundary of a millisecond, before 1970 too', () => {
    for (let ms = -3n; ms <= 3n; ms++) {
      for (const base of [0n, 1_551_869_551_000n, -1_551_869_551_123n, 8_639_999_999_999n]) {
        for (const [unit, n] of [
          [MICROSECONDS, 1000n],
          [NANOSECONDS, 1_000_000n],
        ] as const) {
          for (const off of [-1n, 0n, 1n]) {
            const value = (base + ms) * n + off;
            expect(toMs(value, unit)).toBe(Number(floored(value, n)));
          }
        }
      }
    }
  });

  it('keeps milliseconds and seconds exact up to the limit, and what is beyond it out of range', () => {
    for (const value of [0n, -1n, 8_640_000_000_000_000n, -8_640_000_000_000_000n]) {
      expect(toMs(value, MILLISECONDS)).toBe(Number(value));
    }
    expect(toMs(-2n, SECONDS)).toBe(-2000);
    expect(toMs(2n ** 63n - 1n, MILLISECONDS)).toBeGreaterThan(8.64e15);
    expect(toMs(8_640_000_000_000_001n, MILLISECONDS)).toBeGreaterThan(8.64e15);
  });
});
