/** Rows of sensors that are read in turn: the same numbers again and again, which are compared and copied as memory. */

/** After how many of the `count` elements from `from` on they repeat, to the end; 0 where they do not. */
export function periodOf(numbers: Int32Array, from: number, count: number): number {
  const first = numbers[from]!;
  let period = 1;
  while (period < count && numbers[from + period] !== first) period++;
  if (period === count) return 0;
  const bytes = (count - period) * 4;
  const at = numbers.byteOffset + from * 4;
  const before = Buffer.from(numbers.buffer, at, bytes);
  return before.equals(Buffer.from(numbers.buffer, at + period * 4, bytes)) ? period : 0;
}

/** Makes `numbers[0 .. count)` repeat the first `period` of them. */
export function repeat(numbers: Int32Array, period: number, count: number): void {
  for (let done = period; done < count; done *= 2) {
    numbers.copyWithin(done, 0, Math.min(done, count - done));
  }
}
