// Values as integers over a power of ten; see src/encode/decimals.ts.
import { RESULTS, ROUND } from './layout';

/** Offsets must stay below it. */
const OFFSET_MAX: f64 = 536870912.0;

/** What the last values gave. */
let before: i32 = 0;
let exceptionCount: i32 = 0;
let wide: i32 = 0;

/** One value, by the definition. */
function quantiseOne(value: f64, power: f64, base: f64, index: i32, exceptions: usize): void {
  const quotient = value * power + ROUND - ROUND;
  const offset = quotient - base;
  const isExact = quotient / power == value && reinterpret<u64>(value) != 0x8000_0000_0000_0000;
  if (isExact && offset < OFFSET_MAX && offset > -OFFSET_MAX) {
    before = offset as i32;
  } else {
    store<i32>(exceptions + ((exceptionCount as usize) << 2), index);
    exceptionCount++;
    if (isExact) wide++;
  }
}

/**
 * Fills `offsets` with `value * power - base`, and `exceptions` with the indices of the values that are no such integers, whose offset
 * repeats the one before. Returns how many these are; in RESULTS how many of them are integers too far from the base.
 * With `high` and `low` (see src/decode/division.ts) it multiplies where it would divide; they are 0 where that is not exact.
 */
export function quantise(
  values: usize,
  count: i32,
  power: f64,
  base: f64,
  high: f64,
  low: f64,
  offsets: usize,
  exceptions: usize,
): i32 {
  before = 0;
  exceptionCount = 0;
  wide = 0;
  const powers = f64x2.splat(power);
  const bases = f64x2.splat(base);
  const highs = f64x2.splat(high);
  const lows = f64x2.splat(low);
  const round = f64x2.splat(ROUND);
  const limit = f64x2.splat(OFFSET_MAX);
  let i = 0;
  if (high != 0) {
    for (; i + 4 <= count; i += 4, values += 32, offsets += 16) {
      const v0 = v128.load(values);
      const v1 = v128.load(values, 16);
      const q0 = f64x2.sub(f64x2.add(f64x2.mul(v0, powers), round), round);
      const q1 = f64x2.sub(f64x2.add(f64x2.mul(v1, powers), round), round);
      const o0 = f64x2.sub(q0, bases);
      const o1 = f64x2.sub(q1, bases);
      const back0 = f64x2.add(f64x2.mul(q0, highs), f64x2.mul(q0, lows));
      const back1 = f64x2.add(f64x2.mul(q1, highs), f64x2.mul(q1, lows));
      // Equal bits: the quotient of 0 is 0, not -0. NaN is in no range.
      const exact = v128.and(i64x2.eq(back0, v0), i64x2.eq(back1, v1));
      const near = v128.and(f64x2.lt(f64x2.abs(o0), limit), f64x2.lt(f64x2.abs(o1), limit));
      if (i64x2.all_true(v128.and(exact, near))) {
        const four = v128.shuffle<i32>(
          i32x4.trunc_sat_f64x2_s_zero(o0),
          i32x4.trunc_sat_f64x2_s_zero(o1),
          0, 1, 4, 5,
        );
        v128.store(offsets, four);
        before = i32x4.extract_lane(four, 3);
      } else {
        for (let k = 0; k < 4; k++) {
          quantiseOne(load<f64>(values + (k << 3)), power, base, i + k, exceptions);
          store<i32>(offsets + (k << 2), before);
        }
      }
    }
  }
  for (; i < count; i++, values += 8, offsets += 4) {
    quantiseOne(load<f64>(values), power, base, i, exceptions);
    store<i32>(offsets, before);
  }
  store<i32>(RESULTS, wide);
  return exceptionCount;
}
