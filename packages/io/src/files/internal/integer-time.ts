/**
 * 64-bit integers of any unit of time as milliseconds in a float64, floored, without a BigInt a row.
 *
 * An int64 is read as its two halves, `high` (signed) and `low` (unsigned). `high * 2^32 + low` is exact up to 2^53, which
 * is beyond TIMESTAMP_MS_MAX, so what is inexact is out of bounds anyway. Units finer than a millisecond do not fit
 * 2^53, so they are divided in two digits of base 2^32: the remainder of the high digit is below 10^6, and with the low
 * one below 2^52.
 */

const WORD = 0x1_0000_0000;

/** Units per millisecond where the unit is finer, else 1; and milliseconds per unit where it is coarser, else 1. */
export interface TimeUnit {
  readonly unitsPerMs: number;
  readonly msPerUnit: number;
}

export const SECONDS: TimeUnit = { unitsPerMs: 1, msPerUnit: 1000 };
export const DAYS: TimeUnit = { unitsPerMs: 1, msPerUnit: 86_400_000 };
export const MILLISECONDS: TimeUnit = { unitsPerMs: 1, msPerUnit: 1 };
export const MICROSECONDS: TimeUnit = { unitsPerMs: 1000, msPerUnit: 1 };
export const NANOSECONDS: TimeUnit = { unitsPerMs: 1_000_000, msPerUnit: 1 };

/**
 * Converts `count` int64, little-endian, of which `words` holds the halves (2 words each), to ms at `out[at ..]`.
 * @param words low half first; the view starts at the first value
 */
export function int64ToMs(
  words: Int32Array,
  count: number,
  unit: TimeUnit,
  out: Float64Array,
  at: number,
): void {
  if (unit.unitsPerMs === 1) multiply(words, count, unit.msPerUnit, out, at);
  else divide(words, count, unit.unitsPerMs, out, at);
}

function multiply(
  words: Int32Array,
  count: number,
  factor: number,
  out: Float64Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    out[at + i] = (words[2 * i + 1]! * WORD + (words[2 * i]! >>> 0)) * factor;
  }
}

function divide(
  words: Int32Array,
  count: number,
  divisor: number,
  out: Float64Array,
  at: number,
): void {
  for (let i = 0; i < count; i++) {
    const high = words[2 * i + 1]!;
    const digit = Math.floor(high / divisor);
    const rest = (high - digit * divisor) * WORD + (words[2 * i]! >>> 0);
    out[at + i] = digit * WORD + Math.floor(rest / divisor);
  }
}
