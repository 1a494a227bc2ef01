import { expect, it } from 'vitest';
import { POWERS_OF_TEN } from '../../src/chunk-layout.ts';
import { divideOffsets } from '../../src/internal/division.ts';
import { randomOf } from '../chunk/point-shapes.ts';

/** The oracle is the machine's own division. */
function firstWrong(offsets: Int32Array, base: number, exponent: number): string | null {
  const count = offsets.length;
  const out = new Float64Array(count);
  divideOffsets(offsets, base, exponent, { out, from: 0, count });
  for (let i = 0; i < count; i++) {
    const expected = (base + offsets[i]!) / POWERS_OF_TEN[exponent]!;
    if (!Object.is(out[i], expected)) return `${base + offsets[i]!} / 1e${exponent}: ${out[i]}`;
  }
  return null;
}

it('gives the correctly rounded quotient for every exponent', () => {
  const random = randomOf(17);
  const count = 100_000;
  for (let exponent = 0; exponent <= 22; exponent++) {
    const near = Int32Array.from({ length: count }, (_, i) => i - count / 2);
    const far = Int32Array.from({ length: count }, () => Math.floor((random() - 0.5) * 2 ** 32));
    for (const base of [0, 7, -(2 ** 31) + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 40 + 3, -(2 ** 52)]) {
      expect(firstWrong(near, base, exponent)).toBeNull();
      expect(firstWrong(far, base, exponent)).toBeNull();
    }
  }
});

it('gives it for the quotients nearest to where rounding turns', () => {
  // The remainder of q * 2^s by d is then as near to d / 2 as it can be: both are multiples of 2^e, and d / 2 an odd one of
  // half of that. Here s is what makes the quotient a number of 54 bits.
  for (let exponent = 1; exponent <= 5; exponent++) {
    const power = POWERS_OF_TEN[exponent]!;
    const hard: number[] = [];
    for (let bits = 20; bits < 32; bits++) {
      for (let shift = 54 - bits; shift <= 58 - bits + Math.log2(power); shift++) {
        const scale = Number((1n << BigInt(Math.floor(shift))) % BigInt(power));
        for (let q = 2 ** (bits - 1), tried = 0; tried < 2 * power && q < 2 ** bits; q++, tried++) {
          const remainder = (q * scale) % power;
          if (Math.abs(remainder - power / 2) <= 2 ** (exponent - 1)) hard.push(q, -q);
        }
      }
    }
    expect(hard.length).toBeGreaterThan(100);
    expect(firstWrong(Int32Array.from(hard), 0, exponent)).toBeNull();
  }
});
