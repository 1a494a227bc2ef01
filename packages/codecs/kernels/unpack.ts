// Packed integers and blocks of them, as columns of int32; FORMAT.md, "Packed integers" and "Blocks".
import { BLOCK, TABLES, packedBytes, unzigzag4 } from './layout';

/** How residuals become integers: as they are, as sums, as sums of sums. */
export const MODE_NUMBER: i32 = 1;
export const MODE_SUM: i32 = 2;

/** Four values have 4 * width bits, so they start at a whole or a half byte, and eight fill `width` bytes: two shuffles a width do. */
function makeTables(): void {
  for (let width = 1; width <= 32; width++) {
    for (let half = 0; half < 2; half++) {
      const table = TABLES + width * 64 + half * 32;
      const start = 4 * half * width;
      for (let lane = 0; lane < 4; lane++) {
        const bit = start + lane * width - (start & ~7);
        for (let byte = 0; byte < 4; byte++) {
          store<u8>(table + lane * 4 + byte, (bit >>> 3) + byte);
        }
        store<u32>(table + 16 + lane * 4, (1 as u32) << (32 - width - (bit & 7)));
      }
    }
  }
}
makeTables();

/** Whether each value of this width lies within the four bytes in which it starts. */
// @ts-ignore: decorator
@inline
function isShuffled(width: i32): bool {
  return width <= 26 || width === 28;
}

/** Unpacks `count` values, and up to 7 more; reads up to 32 bytes beyond. */
export function unpack(at: usize, width: i32, count: i32, out: usize): void {
  const end = out + count * 4;
  if (width === 0) {
    for (; out < end; out += 16) v128.store(out, i32x4.splat(0));
  } else if (isShuffled(width)) {
    const table = TABLES + width * 64;
    const shuffle0 = v128.load(table);
    const factors0 = v128.load(table, 16);
    const shuffle1 = v128.load(table, 32);
    const factors1 = v128.load(table, 48);
    const shift = 32 - width;
    const half = (4 * width) >>> 3;
    for (; out < end; out += 32) {
      const a = i8x16.swizzle(v128.load(at), shuffle0);
      const b = i8x16.swizzle(v128.load(at + half), shuffle1);
      v128.store(out, i32x4.shr_u(i32x4.mul(a, factors0), shift));
      v128.store(out, i32x4.shr_u(i32x4.mul(b, factors1), shift), 16);
      at += width;
    }
  } else {
    const mask: u64 = ((1 as u64) << width) - 1;
    for (let bit: u32 = 0; out < end; out += 4, bit += width) {
      store<u32>(out, ((load<u64>(at + (bit >>> 3)) >> (bit & 7)) & mask) as u32);
    }
  }
}

/** Where the reader stands. */
let position: usize = 0;

/** Reads an int32 as a signed varint; false where it is none in its shortest form. */
function readInt32(end: usize): bool {
  if (position >= end) return false;
  const first = load<u8>(position++);
  let magnitude: u64 = first & 0x3f;
  let byte = first;
  for (let shift = 6; byte >= 0x80; shift += 7) {
    if (position >= end || shift > 27) return false;
    byte = load<u8>(position++);
    if (byte === 0) return false;
    magnitude |= ((byte & 0x7f) as u64) << shift;
  }
  const isNegative = (first & 0x40) !== 0;
  if (isNegative && magnitude === 0) return false;
  if (magnitude > (isNegative ? 0x8000_0000 : 0x7fff_ffff)) return false;
  integer = isNegative ? (0 - (magnitude as i32)) : (magnitude as i32);
  return true;
}
let integer: i32 = 0;

const HIGHS: usize = TABLES + 64 * 33;

/** Adds the high bits of those values that are wider than their block; false where they break a rule. */
function patch(end: usize, width: i32, length: i32, out: usize): bool {
  if (position + 2 > end) return false;
  const count = (load<u8>(position) as i32) + 1;
  const highWidth = load<u8>(position, 1) as i32;
  position += 2;
  if (count > length || highWidth === 0 || highWidth + width > 32) return false;
  const bytes = packedBytes(count, highWidth);
  if (position + count + bytes > end) return false;
  unpack(position + count, highWidth, count, HIGHS);
  let before = -1;
  for (let i = 0; i < count; i++) {
    const place = load<u8>(position + i) as i32;
    if (place <= before || place >= length) return false;
    before = place;
    const target = out + place * 4;
    store<u32>(target, load<u32>(target) | (load<u32>(HIGHS + i * 4) << width));
  }
  position += count + bytes;
  return true;
}

/** The sums of four numbers with those before, and of `carry`, in each lane the last sum. */
// @ts-ignore: decorator
@inline
function sum4(n: v128, carry: v128): v128 {
  const zero = i32x4.splat(0);
  n = i32x4.add(n, v128.shuffle<i32>(zero, n, 3, 4, 5, 6));
  n = i32x4.add(n, v128.shuffle<i32>(zero, n, 2, 3, 4, 5));
  return i32x4.add(n, carry);
}

/**
 * Reads `count` residuals at `at`, which end before `end`, as integers to `out`, and scribbles on up to 7 beyond. Returns where
 * they end, or 0 where they break a rule: JavaScript then says which.
 */
export function readBlocks(
  at: usize,
  end: usize,
  count: i32,
  out: usize,
  mode: i32,
  delta: i32,
): usize {
  position = at;
  let sums = i32x4.splat(0);
  let deltas = i32x4.splat(delta);
  for (let from = 0; from < count; from += BLOCK, out += BLOCK * 4) {
    const length = min(BLOCK, count - from);
    if (position >= end) return 0;
    const head = load<u8>(position++) as i32;
    const width = head & 0x3f;
    const isBased = (head & 0x80) !== 0;
    if (width > 32) return 0;
    if (isBased && !readInt32(end)) return 0;
    const bytes = packedBytes(length, width);
    if (position + bytes > end) return 0;
    unpack(position, width, length, out);
    position += bytes;
    if ((head & 0x40) !== 0 && !patch(end, width, length, out)) return 0;
    const base = i32x4.splat(integer);
    const blockEnd = out + length * 4;
    for (let to = out; to < blockEnd; to += 16) {
      const u = v128.load(to);
      let n = isBased ? i32x4.add(u, base) : unzigzag4(u);
      if (mode !== MODE_NUMBER) {
        if (mode !== MODE_SUM) {
          n = sum4(n, deltas);
          deltas = v128.shuffle<i32>(n, n, 3, 3, 3, 3);
        }
        n = sum4(n, sums);
        sums = v128.shuffle<i32>(n, n, 3, 3, 3, 3);
      }
      v128.store(to, n);
    }
  }
  return position;
}
