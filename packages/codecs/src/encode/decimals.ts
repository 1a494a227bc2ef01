/**
 * Doubles as integers over a power of ten: `q` stands for `v` where `q / 10^e` has the very bits of `v`.
 */
import { EXPONENT_MAX, LOW_BITS_MAX, POWERS_OF_TEN } from '../chunk-layout.ts';
import { HIGH_WORD, wordsOf } from '../internal/float-words.ts';
import { kernelResults, kernels } from '../internal/kernels.ts';
import { factorsOf } from '../internal/division.ts';
import { floatScratch, intScratch } from '../internal/scratch.ts';
import { OFFSET_RANGE_MAX, type LowBits } from './column.ts';

/** Adding and subtracting it rounds to an integer, for magnitudes below 2^51. */
const ROUND = 6_755_399_441_055_744;
const QUOTIENT_MAX = 2 ** 51;
const SAMPLES = 16;
/** What a value costs that is no decimal, and what a digit more costs each value, in bits. */
const EXCEPTION_BITS = 84;
const DIGIT_BITS = 3.32;

/** How many samples need an exponent. */
const neededBy: Int32Array = new Int32Array(EXPONENT_MAX + 1);
const offsets: Int32Array = intScratch();
const exceptions: Int32Array = intScratch();
const lows: Int32Array = intScratch();
const quotients: Float64Array = floatScratch();
const patterns: Uint32Array = wordsOf(floatScratch());

/** Values as integers, in memory that the next call reuses. */
export interface Decimals {
  exponent: number;
  /** Integer `i` is `base + offsets[i]`, times `2^lows.width` plus its low bits where there are some. */
  base: number;
  offsets: Int32Array;
  lows: LowBits | null;
  /** Ascending indices of the values that are none of these integers (their offsets repeat the one before). */
  exceptions: Int32Array;
  exceptionCount: number;
  /** Their bit patterns, two words each. */
  patterns: Uint32Array;
}

const decimals: Decimals = {
  exponent: 0,
  base: 0,
  offsets,
  lows: null,
  exceptions,
  exceptionCount: 0,
  patterns: new Uint32Array(0),
};

/** The integer nearest to `value * 10^exponent`. */
export function roundedQuotient(value: number, exponent: number): number {
  return value * POWERS_OF_TEN[exponent]! + ROUND - ROUND;
}

/** Whether `q / 10^e` is `value` for some integer; not for -0, NaN and the infinities. */
export function isDecimal(value: number, exponent: number): boolean {
  const power = POWERS_OF_TEN[exponent]!;
  const scaled = value * power;
  if (!(Math.abs(scaled) < QUOTIENT_MAX)) return false;
  return (scaled + ROUND - ROUND) / power === value && (value !== 0 || 1 / value > 0);
}

/** The least exponent from `from` on that fits a value, or -1. */
function exponentOf(value: number, from: number): number {
  for (let exponent = from; exponent <= EXPONENT_MAX; exponent++) {
    if (isDecimal(value, exponent)) return exponent;
    if (Math.abs(value) * POWERS_OF_TEN[exponent]! >= QUOTIENT_MAX) return -1;
  }
  return -1;
}

/**
 * The integers of `values[0 .. count)`, or null where too many are no decimals for them to pay. The result is reused by
 * the next call.
 * @param values in the kernels' memory
 * @param words the same as words
 */
export function decimalsOf(
  values: Float64Array,
  words: Uint32Array,
  count: number,
): Decimals | null {
  let exponent = sampledExponent(values, count);
  if (exponent < 0) return null;
  let wide = quantise(values, words, count, exponent);
  if (decimals.exceptionCount - wide > count >> 5) {
    const finer = finerExponent(values, exponent, count);
    if (finer > exponent) {
      exponent = finer;
      wide = quantise(values, words, count, exponent);
    }
  }
  if (decimals.exceptionCount - wide > count >> 2) return null;
  if (wide > count >> 5 && !splitWide(values, count, exponent)) return null;
  decimals.patterns = patternsOf(words);
  return decimals;
}

/** The patterns of the exceptions. */
function patternsOf(words: Uint32Array): Uint32Array {
  const { exceptionCount } = decimals;
  if (exceptionCount === 0) return words;
  for (let k = 0; k < exceptionCount; k++) {
    patterns[k * 2] = words[exceptions[k]! * 2]!;
    patterns[k * 2 + 1] = words[exceptions[k]! * 2 + 1]!;
  }
  return patterns;
}

/** The exponent that pays best for a sample of the values, -1 where most have none. */
export function sampledExponent(values: Float64Array, count: number): number {
  const samples = Math.min(count, SAMPLES);
  neededBy.fill(0);
  let misses = 0;
  let likely = 0;
  for (let k = 0; k < samples; k++) {
    const value = values[Math.floor((k * count) / samples)]!;
    const needed = isDecimal(value, likely) ? likely : exponentOf(value, 0);
    if (needed < 0) {
      misses++;
    } else {
      likely = needed;
      neededBy[needed]!++;
    }
  }
  return misses * 2 > samples ? -1 : cheapestExponent(0, samples, misses);
}

/** The exponent that pays for the exceptions, `exponent` itself where a finer one does not. */
function finerExponent(values: Float64Array, exponent: number, count: number): number {
  const { exceptionCount } = decimals;
  const samples = Math.min(exceptionCount, SAMPLES);
  neededBy.fill(0);
  let misses = 0;
  for (let k = 0; k < samples; k++) {
    const index = exceptions[Math.floor((k * exceptionCount) / samples)]!;
    const needed = exponentOf(values[index]!, exponent);
    if (needed < 0) misses++;
    else neededBy[needed]!++;
  }
  return cheapestExponent(exponent, (samples * count) / exceptionCount, misses);
}

/**
 * Weighs digits, which every value pays for, against exceptions, of `count` values of which `neededBy` tells the
 * exponents that some need.
 */
function cheapestExponent(from: number, count: number, misses: number): number {
  let missing = misses;
  for (const needing of neededBy) missing += needing;
  let best = from;
  let bestBits = Number.POSITIVE_INFINITY;
  for (let exponent = from; exponent <= EXPONENT_MAX; exponent++) {
    missing -= neededBy[exponent]!;
    const bits = missing * EXCEPTION_BITS + (exponent - from) * DIGIT_BITS * count;
    if (bits < bestBits) {
      bestBits = bits;
      best = exponent;
    }
  }
  return best;
}

/** Fills `decimals`; returns how many exceptions are integers, but too far from the first for an offset. */
function quantise(
  values: Float64Array,
  words: Uint32Array,
  count: number,
  exponent: number,
): number {
  const base = firstQuotient(values, count, exponent);
  decimals.exponent = exponent;
  decimals.base = base;
  decimals.offsets = offsets;
  decimals.lows = null;
  decimals.exceptions = exceptions;
  if (kernels === null) return quantisePlainly(values, words, count);
  const { high, low } = factorsOf(base, exponent);
  decimals.exceptionCount = kernels.quantise(
    values.byteOffset,
    count,
    POWERS_OF_TEN[exponent]!,
    base,
    high,
    low,
    offsets.byteOffset,
    exceptions.byteOffset,
  );
  return kernelResults[0]!;
}

function quantisePlainly(values: Float64Array, words: Uint32Array, count: number): number {
  const { base, exponent } = decimals;
  const power = POWERS_OF_TEN[exponent]!;
  let exceptionCount = 0;
  let wide = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    const quotient = value * power + ROUND - ROUND;
    const offset = quotient - base;
    const isExact = quotient / power === value && (value !== 0 || words[i * 2 + HIGH_WORD] === 0);
    if (isExact && offset < OFFSET_RANGE_MAX / 2 && offset > -OFFSET_RANGE_MAX / 2) {
      before = offset | 0;
    } else {
      exceptions[exceptionCount++] = i;
      if (isExact) wide++;
    }
    offsets[i] = before;
  }
  decimals.exceptionCount = exceptionCount;
  return wide;
}

/** What the offsets count from; exceptions at the start repeat it. */
function firstQuotient(values: Float64Array, count: number, exponent: number): number {
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    if (isDecimal(value, exponent)) return Math.round(value * POWERS_OF_TEN[exponent]!);
  }
  return 0;
}

/** Splits integers that are far apart into offsets and low bits; false where the range is too wide even so. */
function splitWide(values: Float64Array, count: number, exponent: number): boolean {
  const power = POWERS_OF_TEN[exponent]!;
  let exceptionCount = 0;
  let before = decimals.base;
  let least = before;
  let greatest = before;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    if (isDecimal(value, exponent)) {
      before = value * power + ROUND - ROUND;
      least = Math.min(least, before);
      greatest = Math.max(greatest, before);
    } else {
      exceptions[exceptionCount++] = i;
    }
    quotients[i] = before;
  }
  const width = Math.max(1, Math.ceil(Math.log2((greatest - least + 1) / OFFSET_RANGE_MAX)) + 1);
  if (width > LOW_BITS_MAX) return false;
  const unit = 2 ** width;
  const base = Math.floor(least / unit);
  for (let i = 0; i < count; i++) {
    const high = Math.floor(quotients[i]! / unit);
    offsets[i] = high - base;
    lows[i] = quotients[i]! - high * unit;
  }
  decimals.base = base;
  decimals.lows = { width, values: lows };
  decimals.exceptionCount = exceptionCount;
  return true;
}
