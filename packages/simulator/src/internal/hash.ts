/**
 * Randomness by place, not by order: every random number of the simulator is a hash of (seed, line, stream, index), so
 * any second of any line can be made without the seconds before it.
 *
 * Only 32-bit integer operations: the same bits on every machine. Not for cryptography.
 */

const GOLDEN = 0x9e3779b9;
const TO_UNIT: number = 1 / 2 ** 32;

/** A bijection of 32-bit words with low bias (C. Wellons' `lowbias32` with T. I. Born's constants). Signed result. */
export function mix32(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x21f0aaad);
  h ^= h >>> 15;
  h = Math.imul(h, 0xd35a2d97);
  return h ^ (h >>> 15);
}

/** The word number `index` under a key; `index` counts modulo 2^32. Serves as a key in turn. */
export function derive(key: number, index: number): number {
  return mix32(mix32(key + GOLDEN) + Math.imul(index, GOLDEN));
}

/** A word as a number in [0, 1). */
export function unit(word: number): number {
  return (word >>> 0) * TO_UNIT;
}

/** A word as a number in [-1, 1). */
export function signed(word: number): number {
  return (word | 0) * (2 * TO_UNIT);
}
