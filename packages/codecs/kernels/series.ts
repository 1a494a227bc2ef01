// The values of many series, one behind the other; FORMAT.md, "Values together". `ends` has where each series ends, in values.
import { RESULTS, ROUND } from './layout';
import { planAll } from './plan';
import { MODE_SUM, readBlocks } from './unpack';
import { multiply } from './values';
import { writeBlocks } from './write-blocks';

const OFFSET_MAX: f64 = 536870912.0;
const QUOTIENT_MAX: f64 = 2251799813685248.0;
const PRODUCT_MAX: f64 = 2147483647.0;
const EXPONENT_MAX: i32 = 22;
const SAMPLES: i32 = 16;
const EXCEPTION_BITS: f64 = 84;
const DIGIT_BITS: f64 = 3.32;
const NEEDED: usize = memory.data(128);

// A row of the table of exponents: the power of ten, and the factors of src/internal/division.ts.
// @ts-ignore: decorator
@inline
function powerOf(table: usize, exponent: i32): f64 {
  return load<f64>(table + exponent * 24);
}
// @ts-ignore: decorator
@inline
function highOf(table: usize, exponent: i32): f64 {
  return load<f64>(table + exponent * 24, 8);
}
// @ts-ignore: decorator
@inline
function lowOf(table: usize, exponent: i32): f64 {
  return load<f64>(table + exponent * 24, 16);
}

function isDecimal(value: f64, power: f64): bool {
  const scaled = value * power;
  if (!(abs(scaled) < QUOTIENT_MAX)) return false;
  const quotient = scaled + ROUND - ROUND;
  return quotient / power == value && reinterpret<u64>(value) !== 0x8000_0000_0000_0000;
}

function exponentOf(value: f64, table: usize): i32 {
  for (let exponent = 0; exponent <= EXPONENT_MAX; exponent++) {
    const power = powerOf(table, exponent);
    if (isDecimal(value, power)) return exponent;
    if (abs(value) * power >= QUOTIENT_MAX) return -1;
  }
  return -1;
}

/** The exponent that pays best for a sample of `count` values, -1 where most have none. */
function exponentFor(values: usize, count: i32, table: usize): i32 {
  const samples = min(count, SAMPLES);
  let misses = 0;
  let likely = 0;
  let most = 0;
  for (let k = 0; k <= EXPONENT_MAX; k++) store<i32>(NEEDED + (k << 2), 0);
  for (let k = 0; k < samples; k++) {
    const value = load<f64>(values + ((((k * count) / samples) as usize) << 3));
    const needed = isDecimal(value, powerOf(table, likely)) ? likely : exponentOf(value, table);
    if (needed < 0) {
      misses++;
    } else {
      likely = needed;
      most = max(most, needed);
      const cell = NEEDED + (needed << 2);
      store<i32>(cell, load<i32>(cell) + 1);
    }
  }
  if (misses * 2 > samples) return -1;
  let missing = samples;
  let best = 0;
  let bestBits = Infinity;
  for (let exponent = 0; exponent <= most; exponent++) {
    missing -= load<i32>(NEEDED + (exponent << 2));
    const bits = (missing as f64) * EXCEPTION_BITS + (exponent as f64) * DIGIT_BITS * (samples as f64);
    if (bits < bestBits) {
      bestBits = bits;
      best = exponent;
    }
  }
  return best;
}

/** Fills `exponents`, one for each series; false where a series is none of decimals. */
export function seriesExponents(
  values: usize,
  ends: usize,
  series: i32,
  table: usize,
  exponents: usize,
): bool {
  let start = 0;
  for (let k = 0; k < series; k++) {
    const end = load<i32>(ends + (k << 2));
    const exponent = exponentFor(values + (start << 3), end - start, table);
    if (exponent < 0) return false;
    store<i32>(exponents + (k << 2), exponent);
    start = end;
  }
  return true;
}

/**
 * Fills `firsts` with the integer of each series' first value, `residuals` with each value's integer less the one before of its series,
 * and `exceptions` with the indices of those that are none, whose residual is 0. Returns how many these are; in RESULTS how many
 * residuals are 0 otherwise.
 */
export function quantiseSeries(
  values: usize,
  ends: usize,
  series: i32,
  table: usize,
  exponents: usize,
  firsts: usize,
  residuals: usize,
  exceptions: usize,
): i32 {
  let exceptionCount = 0;
  let zeros = 0;
  let zeroCounts = i32x4.splat(0);
  const round = f64x2.splat(ROUND);
  const limit = f64x2.splat(OFFSET_MAX);
  let index = 0;
  for (let k = 0; k < series; k++) {
    const end = load<i32>(ends + (k << 2));
    const exponent = load<i32>(exponents + (k << 2));
    const power = powerOf(table, exponent);
    let first: f64 = 0;
    for (let i = index; i < end; i++) {
      const value = load<f64>(values + (i << 3));
      if (!isDecimal(value, power)) continue;
      first = value * power + ROUND - ROUND;
      break;
    }
    store<f64>(firsts + (k << 3), first);
    const high = exponent === 0 || abs(first) <= PRODUCT_MAX ? highOf(table, exponent) : 0;
    const low = lowOf(table, exponent);
    let before = first;
    if (high != 0) {
      // Four at a time, as long as all are exact.
      const powers = f64x2.splat(power);
      const highs = f64x2.splat(high);
      const lows = f64x2.splat(low);
      const firstTwo = f64x2.splat(first);
      let last = i32x4.splat(0);
      for (; index + 4 <= end; index += 4) {
        const v0 = v128.load(values + (index << 3));
        const v1 = v128.load(values + (index << 3), 16);
        const q0 = f64x2.sub(f64x2.add(f64x2.mul(v0, powers), round), round);
        const q1 = f64x2.sub(f64x2.add(f64x2.mul(v1, powers), round), round);
        const o0 = f64x2.sub(q0, firstTwo);
        const o1 = f64x2.sub(q1, firstTwo);
        const back0 = f64x2.add(f64x2.mul(q0, highs), f64x2.mul(q0, lows));
        const back1 = f64x2.add(f64x2.mul(q1, highs), f64x2.mul(q1, lows));
        const exact = v128.and(i64x2.eq(back0, v0), i64x2.eq(back1, v1));
        const near = v128.and(f64x2.lt(f64x2.abs(o0), limit), f64x2.lt(f64x2.abs(o1), limit));
        if (!i64x2.all_true(v128.and(exact, near))) break;
        const offsets = v128.shuffle<i32>(
          i32x4.trunc_sat_f64x2_s_zero(o0),
          i32x4.trunc_sat_f64x2_s_zero(o1),
          0, 1, 4, 5,
        );
        const residual = i32x4.sub(offsets, v128.shuffle<i32>(last, offsets, 3, 4, 5, 6));
        v128.store(residuals + (index << 2), residual);
        zeroCounts = i32x4.sub(zeroCounts, i32x4.eq(residual, i32x4.splat(0)));
        last = offsets;
      }
      before = first + (i32x4.extract_lane(last, 3) as f64);
    }
    for (; index < end; index++) {
      const value = load<f64>(values + (index << 3));
      const quotient = value * power + ROUND - ROUND;
      const isNear = abs(quotient - first) < OFFSET_MAX;
      const back = high != 0 ? quotient * high + quotient * low : quotient / power;
      let residual = 0;
      if (isNear && reinterpret<u64>(back) === reinterpret<u64>(value)) {
        residual = (quotient - before) as i32;
        before = quotient;
        zeros += residual === 0 ? 1 : 0;
      } else {
        store<i32>(exceptions + (exceptionCount << 2), index);
        exceptionCount++;
      }
      store<i32>(residuals + (index << 2), residual);
    }
  }
  zeros += i32x4.extract_lane(zeroCounts, 0) + i32x4.extract_lane(zeroCounts, 1);
  zeros += i32x4.extract_lane(zeroCounts, 2) + i32x4.extract_lane(zeroCounts, 3);
  store<i32>(RESULTS, zeros);
  return exceptionCount;
}

/** Writes the blocks of each series' residuals, but for its first, to `at`; returns where they end. */
export function writeSeries(
  at: usize,
  residuals: usize,
  ends: usize,
  series: i32,
  plans: usize,
  bits: usize,
): usize {
  let start = 0;
  for (let k = 0; k < series; k++) {
    const end = load<i32>(ends + (k << 2));
    const count = end - start - 1;
    if (count > 0) {
      const from = residuals + ((start + 1) << 2);
      planAll(from, count, plans, bits);
      at = writeBlocks(at, from, count, plans);
    }
    start = end;
  }
  return at;
}

/** Reads what `writeSeries` wrote, as sums; returns where it ends, 0 where it breaks a rule. */
export function readSeries(at: usize, end: usize, ends: usize, series: i32, sums: usize): usize {
  let start = 0;
  for (let k = 0; k < series; k++) {
    const next = load<i32>(ends + (k << 2));
    store<i32>(sums + (start << 2), 0);
    if (next - start > 1) at = readBlocks(at, end, next - start - 1, sums + ((start + 1) << 2), MODE_SUM, 0);
    if (at === 0) return 0;
    start = next;
  }
  return at;
}

/** `out[i] = (first + sums[i]) / 10^exponent` of each series, for up to 3 more than there are. */
export function divideSeries(
  sums: usize,
  ends: usize,
  series: i32,
  table: usize,
  exponents: usize,
  firsts: usize,
  out: usize,
): void {
  let start = 0;
  for (let k = 0; k < series; k++) {
    const end = load<i32>(ends + (k << 2));
    const exponent = load<i32>(exponents + (k << 2));
    const first = load<f64>(firsts + (k << 3));
    const high = exponent === 0 || abs(first) <= PRODUCT_MAX ? highOf(table, exponent) : 0;
    const from = sums + (start << 2);
    const to = out + (start << 3);
    if (high != 0 && end - start > 1) {
      multiply(from, end - start, first, high, lowOf(table, exponent), to);
    } else {
      const power = powerOf(table, exponent);
      for (let i = 0; i < end - start; i++) {
        store<f64>(to + (i << 3), (first + (load<i32>(from + (i << 2)) as f64)) / power);
      }
    }
    start = end;
  }
}

/** Sorts values by series: row `i` is one of series `order[i]`. `ends` has where each starts, and afterwards where each ends. */
export function scatter(rows: usize, order: usize, count: i32, ends: usize, out: usize): void {
  for (const end = order + (count << 2); order < end; order += 4, rows += 8) {
    const cell = ends + ((load<u32>(order) as usize) << 2);
    const place = load<u32>(cell);
    store<u32>(cell, place + 1);
    store<u64>(out + ((place as usize) << 3), load<u64>(rows));
  }
}
