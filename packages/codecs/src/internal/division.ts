/**
 * `q / 10^e` for many integers `q`, with the very result of the division but mostly without one, which would take most
 * of the time of decoding.
 *
 * For `e = 0` there is nothing to divide. For `|q| < 2^32` and `e <= 5` two products do. Let `d = 10^e`, `hi` be `1 / d` rounded to 21 significant bits and `lo`
 * the float64 nearest to `1 / d - hi`. `q * hi` is exact (32 + 21 bits), and `q * hi + q * lo` differs from `q / d`,
 * before its one rounding, by less than `2^-52 * |q * lo|`, which is below `2^-73 * |q / d|`. But `q / d`, unless it is a
 * float64 itself, is at least `2^-54 / d > 2^-71` of its size away from where rounding turns (the middle between two
 * float64 has 54 bits, and their cross product with `q / d` is a whole number that is not 0). So both round alike.
 */
import { POWERS_OF_TEN } from '../chunk-layout.ts';
import { MEMORY, kernels } from './kernels.ts';
import { floatScratch } from './scratch.ts';

const PRODUCT_EXPONENT_MAX = 5;
const BASE_MAX = 2 ** 31 - 1;
const SPLIT_BITS = 21;

/** What to multiply with, as above. */
export interface Factors {
  /** 0 where products would not do. */
  readonly high: number;
  readonly low: number;
}

const factors: readonly Factors[] = Array.from(
  { length: PRODUCT_EXPONENT_MAX + 1 },
  (_, exponent) => {
    const power = POWERS_OF_TEN[exponent]!;
    const unit = 2 ** (SPLIT_BITS + Math.floor(Math.log2(power)));
    const high = Math.round(unit / power) / unit;
    return { high, low: (1 - high * power) / power };
  },
);

/** For the kernels, three numbers an exponent: the power of ten and its factors. */
export const exponentTable: Float64Array = floatScratch(3 * POWERS_OF_TEN.length);
for (const [exponent, power] of POWERS_OF_TEN.entries()) {
  const { high, low } = factors[exponent] ?? { high: 0, low: 0 };
  exponentTable.set([power, high, low], exponent * 3);
}

const NONE: Factors = { high: 0, low: 0 };

/** Factors for `(base + offset) / 10^exponent` with any int32 `offset`. */
export function factorsOf(base: number, exponent: number): Factors {
  if (exponent > PRODUCT_EXPONENT_MAX) return NONE;
  if (exponent > 0 && Math.abs(base) > BASE_MAX) return NONE;
  return factors[exponent]!;
}

/** Where a run of values goes. */
export interface ValueTarget {
  readonly out: Float64Array;
  readonly from: number;
  readonly count: number;
}

/**
 * `out[from + i] = (base + offsets[i]) / 10^exponent`, correctly rounded; in the kernels' memory it scribbles on up to three
 * elements beyond.
 */
export function divideOffsets(
  offsets: Int32Array,
  base: number,
  exponent: number,
  target: ValueTarget,
): void {
  const found = factorsOf(base, exponent);
  if (found.high !== 0) {
    multiply(offsets, base, found, target);
    return;
  }
  const { out, from, count } = target;
  const power = POWERS_OF_TEN[exponent]!;
  for (let i = 0; i < count; i++) out[from + i] = (base + offsets[i]!) / power;
}

/** Four at a time: a loop's own steps would take longer than the products. */
function multiply(offsets: Int32Array, base: number, factor: Factors, target: ValueTarget): void {
  const { out, from, count } = target;
  const { high, low } = factor;
  if (kernels !== null && offsets.buffer === MEMORY && out.buffer === MEMORY) {
    kernels.multiply(offsets.byteOffset, count, base, high, low, out.byteOffset + from * 8);
    return;
  }
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const a = base + offsets[i]!;
    const b = base + offsets[i + 1]!;
    const c = base + offsets[i + 2]!;
    const d = base + offsets[i + 3]!;
    const to = from + i;
    out[to] = a * high + a * low;
    out[to + 1] = b * high + b * low;
    out[to + 2] = c * high + c * low;
    out[to + 3] = d * high + d * low;
  }
  for (; i < count; i++) {
    const quotient = base + offsets[i]!;
    out[from + i] = quotient * high + quotient * low;
  }
}
