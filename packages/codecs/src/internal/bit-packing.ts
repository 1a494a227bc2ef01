/**
 * Unsigned integers of 0 .. 32 bits packed without gaps: value `i` occupies the bits `i * width .. (i + 1) * width` of a
 * little-endian bit stream.
 *
 * Thirty-two values of width `w` are `w` words exactly, so packing and unpacking have one unrolled function for each width,
 * made when it is first used: shifts and masks are constants in it, which a loop over bits cannot have.
 */

/** Values that are packed at once. */
export const GROUP = 32;
/** Values beyond the last that packing reads and unpacking scribbles on. */
export const PACKING_SLACK: number = GROUP - 1;

/** Bytes of `count` values. */
export function packedBytes(count: number, width: number): number {
  return (count * width + 7) >>> 3;
}

/**
 * Makes `for (; groups > 0; groups--) { lines; at += 4 * width; from += 32; }`. The text holds nothing but what this package
 * puts together from small integers.
 */
export function compileGroups(
  parameters: readonly string[],
  width: number,
  lines: readonly string[],
): unknown {
  const body = [
    'for (; groups > 0; groups--) {',
    ...lines,
    `at += ${4 * width}; from += ${GROUP};`,
    '}',
  ].join('\n');
  // oxlint-disable-next-line typescript/no-implied-eval -- see above
  return new Function(...parameters, body);
}
