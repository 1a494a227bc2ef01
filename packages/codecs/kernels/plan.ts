// The cheapest kind of a column and form of its blocks; see src/encode/column.ts and src/encode/block-plans.ts.
import {
  BLOCK,
  PLAN_BASED,
  PLAN_LEASTS,
  PLAN_PATCHES,
  PLAN_WIDEST,
  PLAN_WIDTHS,
  RESULTS,
  packedBytes,
  zigzag,
  zigzag4,
} from './layout';

/** Bits of four zigzagged numbers. */
// @ts-ignore: decorator
@inline
function bitLengths4(u: v128): v128 {
  const bounded = i32x4.min_u(u, i32x4.splat(0x7fffffff));
  // Without the bits below the highest that would round it up, its exponent as a float is its length.
  const top = v128.andnot(bounded, i32x4.shr_u(bounded, 1));
  const exponent = i32x4.shr_u(f32x4.convert_i32x4_s(top), 23);
  const lengths = i32x4.max_s(i32x4.sub(exponent, i32x4.splat(126)), i32x4.splat(0));
  return i32x4.add(lengths, i32x4.shr_u(u, 31));
}

// @ts-ignore: decorator
@inline
function bitLength(u: u32): i32 {
  return 32 - (clz<u32>(u) as i32);
}

/** The least, or the greatest, of four. */
function least4(n: v128): i32 {
  const two = i32x4.min_s(n, v128.shuffle<i32>(n, n, 2, 3, 0, 1));
  return i32x4.extract_lane(i32x4.min_s(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2)), 0);
}

function greatest4(n: v128): i32 {
  const two = i32x4.max_s(n, v128.shuffle<i32>(n, n, 2, 3, 0, 1));
  return i32x4.extract_lane(i32x4.max_s(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2)), 0);
}

function sum4(n: v128): i32 {
  const two = i32x4.add(n, v128.shuffle<i32>(n, n, 2, 3, 0, 1));
  return i32x4.extract_lane(i32x4.add(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2)), 0);
}

/** How many of the bit lengths in `bits .. end`, whole blocks, are above `width`. */
function countAbove(bits: usize, end: usize, width: i32): i32 {
  const widths = i8x16.splat(width as i8);
  let total = i32x4.splat(0);
  for (; bits < end; bits += BLOCK) {
    let counts = i8x16.splat(0);
    for (let k = 0; k < BLOCK; k += 16) {
      counts = i8x16.sub(counts, i8x16.gt_s(v128.load(bits + k), widths));
    }
    const pairs = i16x8.extadd_pairwise_i8x16_u(counts);
    total = i32x4.add(total, i32x4.extadd_pairwise_i16x8_u(pairs));
  }
  return sum4(total);
}

function greatestOf(bits: usize, end: usize): i32 {
  let most = i8x16.splat(0);
  for (; bits < end; bits += 16) most = i8x16.max_u(most, v128.load(bits));
  most = i8x16.max_u(most, i8x16.shuffle(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
  const eight = i64x2.extract_lane(most, 0) as u64;
  let greatest: u64 = 0;
  for (let shift = 0; shift < 64; shift += 8) greatest = max(greatest, (eight >> shift) & 0xff);
  return greatest as i32;
}

let bestWidth: i32 = 0;
let bestWidest: i32 = 0;
let bestPatches: i32 = 0;

/** Bytes of a zigzagged block of `length` residuals of these bit lengths. */
function patchedBytes(bits: usize, end: usize, length: i32): i32 {
  const widest = greatestOf(bits, end);
  bestWidest = widest;
  bestWidth = widest;
  bestPatches = 0;
  let best = 1 + packedBytes(length, widest);
  for (let width = widest - 1; width >= 0; width--) {
    const patches = countAbove(bits, end, width);
    // More patches than this cost more than the narrowest block saves.
    if (3 + patches >= best) break;
    const bytes =
      3 + packedBytes(length, width) + patches + packedBytes(patches, widest - width);
    if (bytes < best) {
      best = bytes;
      bestWidth = width;
      bestPatches = patches;
    }
  }
  return best;
}

/** Bytes of the changed offsets of a column, `length` of them, if they were a block; `blocks` is how many it has. */
export function changedBytes(bits: usize, blocks: i32, length: i32): i32 {
  return patchedBytes(bits, bits + blocks * BLOCK, length);
}

function signedBytes(value: i32): i32 {
  let rest = (abs(value as i64) >>> 6) as u64;
  let count = 1;
  for (; rest > 0; rest >>= 7) count++;
  return count;
}

/** Plans one block, whose bit lengths are at `bits`, and returns its bytes. */
function plan(plans: usize, bits: usize, length: i32, least: i32, greatest: i32): i32 {
  const zigzagBytes = patchedBytes(bits, bits + BLOCK, length);
  store<i32>(plans + PLAN_BASED, 0);
  store<i32>(plans + PLAN_LEASTS, least);
  store<i32>(plans + PLAN_WIDTHS, bestWidth);
  store<i32>(plans + PLAN_WIDEST, bestWidest);
  store<i32>(plans + PLAN_PATCHES, bestPatches);
  const width = 32 - (clz<u32>(greatest - least) as i32);
  // A base takes a byte at least, so it must save a bit a value.
  if (width >= bestWidest) return zigzagBytes;
  const basedBytes = 1 + signedBytes(least) + packedBytes(length, width);
  if (basedBytes >= zigzagBytes) return zigzagBytes;
  store<i32>(plans + PLAN_BASED, 1);
  store<i32>(plans + PLAN_WIDTHS, width);
  store<i32>(plans + PLAN_PATCHES, 0);
  return basedBytes;
}

/** Stores four bit lengths as bytes. */
// @ts-ignore: decorator
@inline
function storeLengths(bits: usize, lengths: v128): void {
  const words = i16x8.narrow_i32x4_u(lengths, lengths);
  v128.store32_lane(bits, i8x16.narrow_i16x8_u(words, words), 0);
}

/** Plans the blocks of `count` residuals, whose bit lengths go to `bits`, and returns their bytes. */
export function planAll(residuals: usize, count: i32, plans: usize, bits: usize): i32 {
  let bytes = 0;
  for (let from = 0; from < count; from += BLOCK) {
    const length = min(BLOCK, count - from);
    const first = load<i32>(residuals);
    let leasts = i32x4.splat(first);
    let greatests = leasts;
    const whole = length & ~3;
    let k = 0;
    for (; k < whole; k += 4) {
      const n = v128.load(residuals + (k << 2));
      storeLengths(bits + k, bitLengths4(zigzag4(n)));
      leasts = i32x4.min_s(leasts, n);
      greatests = i32x4.max_s(greatests, n);
    }
    let least = least4(leasts);
    let greatest = greatest4(greatests);
    for (; k < length; k++) {
      const n = load<i32>(residuals + (k << 2));
      store<u8>(bits + k, bitLength(zigzag(n)));
      least = min(least, n);
      greatest = max(greatest, n);
    }
    if (k < BLOCK) memory.fill(bits + k, 0, BLOCK - k);
    bytes += plan(plans, bits, length, least, greatest);
    residuals += BLOCK * 4;
    bits += BLOCK;
    plans += 4;
  }
  return bytes;
}

/**
 * What `analyse` must know of `count` offsets: plans and bit lengths of their differences, and in RESULTS the bytes of these, those of
 * blocks of the offsets themselves, the bits of the differences and of their differences, the least and the greatest offset, and
 * how many offsets differ from the one before. `first` is the difference before the first; two elements before the offsets are
 * written.
 */
export function analyse(offsets: usize, count: i32, first: i32, plans: usize, bits: usize): void {
  const start = load<i32>(offsets);
  store<i32>(offsets - 4, start - first);
  store<i32>(offsets - 8, start - 2 * first);
  let deltaBits = i32x4.splat(0);
  let secondBits = i32x4.splat(0);
  let tailBits = 0;
  let tailSecondBits = 0;
  let columnLeast = start;
  let columnGreatest = start;
  let deltaBytes = 0;
  let referenceBytes = 0;
  const firstBits = bits;
  for (let from = 0; from < count; from += BLOCK) {
    const length = min(BLOCK, count - from);
    const one = load<i32>(offsets);
    let leasts = i32x4.splat(one);
    let greatests = leasts;
    let deltaLeasts = i32x4.splat(one - load<i32>(offsets - 4));
    let deltaGreatests = deltaLeasts;
    const whole = length & ~3;
    let k = 0;
    for (; k < whole; k += 4) {
      const at = offsets + (k << 2);
      const n = v128.load(at);
      const n1 = v128.load(at - 4);
      const delta = i32x4.sub(n, n1);
      const second = i32x4.sub(delta, i32x4.sub(n1, v128.load(at - 8)));
      const lengths = bitLengths4(zigzag4(delta));
      storeLengths(bits + k, lengths);
      deltaBits = i32x4.add(deltaBits, lengths);
      secondBits = i32x4.add(secondBits, bitLengths4(zigzag4(second)));
      leasts = i32x4.min_s(leasts, n);
      greatests = i32x4.max_s(greatests, n);
      deltaLeasts = i32x4.min_s(deltaLeasts, delta);
      deltaGreatests = i32x4.max_s(deltaGreatests, delta);
    }
    let least = least4(leasts);
    let greatest = greatest4(greatests);
    let deltaLeast = least4(deltaLeasts);
    let deltaGreatest = greatest4(deltaGreatests);
    for (; k < length; k++) {
      const at = offsets + (k << 2);
      const n = load<i32>(at);
      const n1 = load<i32>(at - 4);
      const delta = n - n1;
      const width = bitLength(zigzag(delta));
      store<u8>(bits + k, width);
      tailBits += width;
      tailSecondBits += bitLength(zigzag(delta - (n1 - load<i32>(at - 8))));
      least = min(least, n);
      greatest = max(greatest, n);
      deltaLeast = min(deltaLeast, delta);
      deltaGreatest = max(deltaGreatest, delta);
    }
    if (k < BLOCK) memory.fill(bits + k, 0, BLOCK - k);
    deltaBytes += plan(plans, bits, length, deltaLeast, deltaGreatest);
    referenceBytes += 3 + packedBytes(length, 32 - (clz<u32>(greatest - least) as i32));
    columnLeast = min(columnLeast, least);
    columnGreatest = max(columnGreatest, greatest);
    offsets += BLOCK * 4;
    bits += BLOCK;
    plans += 4;
  }
  store<i32>(RESULTS, deltaBytes);
  store<i32>(RESULTS, referenceBytes, 4);
  store<i32>(RESULTS, sum4(deltaBits) + tailBits, 8);
  store<i32>(RESULTS, sum4(secondBits) + tailSecondBits, 12);
  store<i32>(RESULTS, columnLeast, 16);
  store<i32>(RESULTS, columnGreatest, 20);
  store<i32>(RESULTS, countAbove(firstBits, bits, 0), 24);
}

/** `out[i] = offsets[i] - offsets[i - 1]`; the first repeats the second. */
export function differences(offsets: usize, count: i32, out: usize): void {
  for (let k = 0; k < count; k += 4) {
    const at = offsets + (k << 2);
    v128.store(out + (k << 2), i32x4.sub(v128.load(at), v128.load(at - 4)));
  }
  store<i32>(out, count > 1 ? load<i32>(out, 4) : 0);
}

/** The differences of differences; the first two are 0. */
export function secondDifferences(offsets: usize, count: i32, out: usize): void {
  for (let k = 0; k < count; k += 4) {
    const at = offsets + (k << 2);
    const n1 = v128.load(at - 4);
    const delta = i32x4.sub(v128.load(at), n1);
    v128.store(out + (k << 2), i32x4.sub(delta, i32x4.sub(n1, v128.load(at - 8))));
  }
  store<i64>(out, 0);
}
