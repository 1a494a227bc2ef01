// Where things lie in the memory, in bytes. What is larger is handed over as pointers; see src/internal/arena.ts.

/** Numbers that a function returns beside its result. */
export const RESULTS: usize = 0;
/** Shuffles and factors of unpacking, 64 bytes a width. */
export const TABLES: usize = 1024;

export const BLOCK: i32 = 128;
/** Adding and subtracting it rounds to an integer, for magnitudes below 2^51. */
export const ROUND: f64 = 6755399441055744.0;

// Rows of a plan: 512 int32 each.
export const PLAN_WIDTHS: usize = 0;
export const PLAN_WIDEST: usize = 2048;
export const PLAN_PATCHES: usize = 4096;
export const PLAN_BASED: usize = 6144;
export const PLAN_LEASTS: usize = 8192;

/** Bytes of `count` packed values. */
// @ts-ignore: decorator
@inline
export function packedBytes(count: i32, width: i32): i32 {
  return (count * width + 7) >>> 3;
}

/** The number that is packed as `u`. */
// @ts-ignore: decorator
@inline
export function unzigzag4(u: v128): v128 {
  return v128.xor(
    i32x4.shr_u(u, 1),
    i32x4.neg(v128.and(u, i32x4.splat(1))),
  );
}

// @ts-ignore: decorator
@inline
export function zigzag4(n: v128): v128 {
  return v128.xor(i32x4.shl(n, 1), i32x4.shr_s(n, 31));
}

// @ts-ignore: decorator
@inline
export function zigzag(n: i32): i32 {
  return (n << 1) ^ (n >> 31);
}
