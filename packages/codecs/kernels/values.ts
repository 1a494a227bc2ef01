// Integers of columns as float64; FORMAT.md, "Columns", "Decimals" and "Values".

/** `out[i] = base + offsets[i]`, for up to 3 more than `count`. */
export function addBase(offsets: usize, count: i32, base: f64, out: usize): void {
  const bases = f64x2.splat(base);
  for (const end = offsets + count * 4; offsets < end; offsets += 16, out += 32) {
    const four = v128.load(offsets);
    v128.store(out, f64x2.add(low2(four), bases));
    v128.store(out, f64x2.add(high2(four), bases), 16);
  }
}

// @ts-ignore: decorator
@inline
function low2(four: v128): v128 {
  return f64x2.convert_low_i32x4_s(four);
}

// @ts-ignore: decorator
@inline
function high2(four: v128): v128 {
  return f64x2.convert_low_i32x4_s(v128.shuffle<i32>(four, four, 2, 3, 2, 3));
}

/** `out[i] = (base + offsets[i]) / 10^e` by two products, for up to 3 more than `count`; see src/decode/division.ts. */
export function multiply(
  offsets: usize,
  count: i32,
  base: f64,
  high: f64,
  low: f64,
  out: usize,
): void {
  const bases = f64x2.splat(base);
  const highs = f64x2.splat(high);
  const lows = f64x2.splat(low);
  for (const end = offsets + count * 4; offsets < end; offsets += 16, out += 32) {
    const four = v128.load(offsets);
    const a = f64x2.add(low2(four), bases);
    const b = f64x2.add(high2(four), bases);
    v128.store(out, f64x2.add(f64x2.mul(a, highs), f64x2.mul(a, lows)));
    v128.store(out, f64x2.add(f64x2.mul(b, highs), f64x2.mul(b, lows)), 16);
  }
}

/** `out[i] = base + offsets[i] + floor(i * slope)`, for up to 1 more than `count`. */
export function addSlope(offsets: usize, count: i32, base: f64, slope: f64, out: usize): void {
  const bases = f64x2.splat(base);
  const slopes = f64x2.splat(slope);
  const two = f64x2.splat(2);
  let i = f64x2(0, 1);
  for (const end = offsets + count * 4; offsets < end; offsets += 8, out += 16) {
    const offset = f64x2.convert_low_i32x4_s(v128.load64_zero(offsets));
    const line = f64x2.floor(f64x2.mul(i, slopes));
    v128.store(out, f64x2.add(f64x2.add(offset, bases), line));
    i = f64x2.add(i, two);
  }
}

/**
 * Spreads values: bit `i` of the bitmap says whether point `i` takes the next one. Returns how many were taken; stops, with
 * more than `held`, where there are too few.
 */
export function expand(bitmap: usize, count: i32, values: usize, held: i32, out: usize): i32 {
  let from: usize = values - 8;
  const last: usize = values + held * 8 - 8;
  let i = 0;
  for (; i + 8 <= count && from + 64 <= last; i += 8, out += 64) {
    const bits = load<u8>(bitmap++) as usize;
    from += (bits & 1) << 3;
    store<u64>(out, load<u64>(from));
    from += (bits & 2) << 2;
    store<u64>(out, load<u64>(from), 8);
    from += (bits & 4) << 1;
    store<u64>(out, load<u64>(from), 16);
    from += bits & 8;
    store<u64>(out, load<u64>(from), 24);
    from += (bits & 16) >>> 1;
    store<u64>(out, load<u64>(from), 32);
    from += (bits & 32) >>> 2;
    store<u64>(out, load<u64>(from), 40);
    from += (bits & 64) >>> 3;
    store<u64>(out, load<u64>(from), 48);
    from += (bits & 128) >>> 4;
    store<u64>(out, load<u64>(from), 56);
  }
  for (let k = 0; i < count; i++, k++, out += 8) {
    from += (((load<u8>(bitmap + (k >>> 3)) as usize) >>> (k & 7)) & 1) << 3;
    if (from > last) return held + 1;
    store<u64>(out, load<u64>(from));
  }
  return ((from - values) >>> 3) as i32 + 1;
}

/** `out[i] = entries[base + indices[i]]`; false where an index is not below `distinct`. */
export function pick(
  indices: usize,
  count: i32,
  base: i32,
  entries: usize,
  distinct: u32,
  out: usize,
): bool {
  for (const end = indices + count * 4; indices < end; indices += 4, out += 8) {
    const index = (load<i32>(indices) + base) as u32;
    if (index >= distinct) return false;
    store<u64>(out, load<u64>(entries + ((index as usize) << 3)));
  }
  return true;
}
