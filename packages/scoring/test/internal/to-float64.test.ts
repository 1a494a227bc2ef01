import { describe, expect, it } from 'vitest';
import { toFloat64 } from '../../src/internal/to-float64.ts';

describe('toFloat64', () => {
  it('hands a float64 array on as it is', () => {
    const data = Float64Array.of(1.5, Number.NaN);
    expect(toFloat64(data)).toBe(data);
  });

  it('widens float32 exactly, what is not finite too', () => {
    expect(toFloat64(Float32Array.of(0.1, Number.NaN, -Infinity))).toEqual(
      Float64Array.of(0.10000000149011612, Number.NaN, -Infinity),
    );
  });

  it('takes integers, 64-bit ones too', () => {
    expect(toFloat64(BigInt64Array.of(-3n, 2n ** 53n))).toEqual(Float64Array.of(-3, 2 ** 53));
    expect(toFloat64(BigUint64Array.of(2n ** 63n))).toEqual(Float64Array.of(2 ** 63));
    expect(toFloat64(Int32Array.of(-7))).toEqual(Float64Array.of(-7));
  });

  it('text is a mistake', () => {
    expect(() => toFloat64(['1'])).toThrow(/assertion failed/);
  });
});
