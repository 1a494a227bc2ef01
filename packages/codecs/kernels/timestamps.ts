// Timestamps as offsets from the first; see src/encode/timestamps.ts.

const TIMESTAMP_MS_MAX: f64 = 8640000000000000.0;
const RANGE_MAX: i32 = 0x4000_0000;

/**
 * Fills `offsets` with the timestamps less the first one. False where one is no integer in range, or they span 2^30 ms or
 * more.
 */
export function timestampOffsets(timestamps: usize, count: i32, offsets: usize): bool {
  const first = load<f64>(timestamps);
  if (!(abs(first) <= TIMESTAMP_MS_MAX)) return false;
  const firsts = f64x2.splat(first);
  let faults = i32x4.splat(0);
  let leasts = i32x4.splat(0);
  let greatests = i32x4.splat(0);
  const most = f64x2.splat(TIMESTAMP_MS_MAX);
  const limit = f64x2.splat(RANGE_MAX);
  const whole = count & ~1;
  for (let i = 0; i < count; i += 2, timestamps += 16, offsets += 8) {
    const t = i < whole ? v128.load(timestamps) : v128.load64_splat(timestamps);
    const offset = f64x2.sub(t, firsts);
    const isGood = v128.and(
      v128.and(f64x2.le(f64x2.abs(t), most), f64x2.eq(f64x2.floor(t), t)),
      f64x2.lt(f64x2.abs(offset), limit),
    );
    faults = v128.or(faults, v128.not(isGood));
    const two = i32x4.trunc_sat_f64x2_s_zero(offset);
    leasts = i32x4.min_s(leasts, two);
    greatests = i32x4.max_s(greatests, two);
    v128.store64_lane(offsets, two, 0);
  }
  if (v128.any_true(faults)) return false;
  const least = min(i32x4.extract_lane(leasts, 0), i32x4.extract_lane(leasts, 1));
  const greatest = max(i32x4.extract_lane(greatests, 0), i32x4.extract_lane(greatests, 1));
  return greatest - least < RANGE_MAX;
}
