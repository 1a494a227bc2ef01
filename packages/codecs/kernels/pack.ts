// Integers of 0 to 32 bits without gaps; FORMAT.md, "Packed integers". See src/internal/pack-bits.ts.
import { zigzag4 } from './layout';

/** What is packed of a source: its bits as they are, zigzagged, or less the base. */
export const PACK_RAW: i32 = 0;
export const PACK_ZIGZAG: i32 = 1;

// @ts-ignore: decorator
@inline
function packed4(source: usize, form: i32, bases: v128, mask: v128): v128 {
  const n = v128.load(source);
  if (form === PACK_RAW) return v128.and(n, mask);
  return v128.and(form === PACK_ZIGZAG ? zigzag4(n) : i32x4.sub(n, bases), mask);
}

/** The two pairs of four values of `width` bits, side by side. */
// @ts-ignore: decorator
@inline
function pairs(u: v128, width: i32): v128 {
  const even = v128.and(u, i64x2.splat(0xffff_ffff));
  return v128.or(even, i64x2.shl(i64x2.shr_u(u, 32), width));
}

/**
 * Packs `count` elements at `source` to `at`, where it scribbles on up to 16 bytes beyond, and reads up to 7 elements beyond, which
 * must be packed as 0. Bits above the width are left out.
 */
export function pack(
  at: usize,
  source: usize,
  form: i32,
  base: i32,
  width: i32,
  count: i32,
): void {
  if (width === 0) return;
  const bases = i32x4.splat(base);
  const mask = i32x4.splat((((1 as u64) << width) - 1) as i32);
  if (width <= 16) {
    // Eight values are `width` bytes: two times four in 64 bits, the second of which may start in the middle of a byte.
    const half = (4 * width) >>> 3;
    const isOdd = (width & 1) !== 0;
    const both = 2 * width;
    for (let i = 0; i < count; i += 8, source += 32, at += width) {
      const p = pairs(packed4(source, form, bases, mask), width);
      const q = pairs(packed4(source + 16, form, bases, mask), width);
      const a = (i64x2.extract_lane(p, 0) as u64) | ((i64x2.extract_lane(p, 1) as u64) << both);
      const b = (i64x2.extract_lane(q, 0) as u64) | ((i64x2.extract_lane(q, 1) as u64) << both);
      store<u64>(at, a);
      store<u64>(at + half, isOdd ? (b << 4) | (a >> (half << 3)) : b);
    }
    return;
  }
  let bits: u64 = 0;
  let filled = 0;
  for (let i = 0; i < count; i += 4, source += 16) {
    const u = packed4(source, form, bases, mask);
    for (let k = 0; k < 4; k++) {
      const one: u32 =
        k === 0
          ? i32x4.extract_lane(u, 0)
          : k === 1
            ? i32x4.extract_lane(u, 1)
            : k === 2
              ? i32x4.extract_lane(u, 2)
              : i32x4.extract_lane(u, 3);
      bits |= (one as u64) << filled;
      filled += width;
      if (filled >= 32) {
        store<u32>(at, bits as u32);
        at += 4;
        bits >>= 32;
        filled -= 32;
      }
    }
  }
  store<u32>(at, bits as u32);
}
