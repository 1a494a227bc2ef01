/** Which slices of time are read at once. Pure. */

/** A slice that has rows; `key` is its number since 1970, null for the rows without a time. */
export interface Slice {
  readonly key: number | null;
  readonly rowCount: number;
  /** Of the samples' timestamps; null where none has one. */
  readonly minMs: number | null;
  readonly maxMs: number | null;
}

/** Slices that are read by one query: `[first, last]`, whole; null: the rows without a time. */
export interface SliceRun {
  readonly keys: { readonly first: number; readonly last: number } | null;
  readonly rowCount: number;
  readonly minMs: number | null;
  readonly maxMs: number | null;
}

/**
 * Joins neighbours in order while they have at most `rowsMax` rows together; a slice with more stays by itself. What has no time
 * comes last.
 */
export function planSlices(slices: readonly Slice[], rowsMax: number): SliceRun[] {
  const runs: SliceRun[] = [];
  const timed = slices.flatMap(({ key, ...rest }) => (key === null ? [] : [{ key, ...rest }]));
  let open: SliceRun | null = null;
  for (const { key, rowCount, minMs, maxMs } of timed.toSorted((a, b) => a.key - b.key)) {
    if (open?.keys != null && open.rowCount + rowCount <= rowsMax) {
      open = {
        keys: { first: open.keys.first, last: key },
        rowCount: open.rowCount + rowCount,
        minMs: least(open.minMs, minMs, Math.min),
        maxMs: least(open.maxMs, maxMs, Math.max),
      };
      continue;
    }
    if (open !== null) runs.push(open);
    open = { keys: { first: key, last: key }, rowCount, minMs, maxMs };
  }
  if (open !== null) runs.push(open);
  for (const { key, rowCount, minMs, maxMs } of slices) {
    if (key === null && rowCount > 0) runs.push({ keys: null, rowCount, minMs, maxMs });
  }
  return runs;
}

function least(
  a: number | null,
  b: number | null,
  choose: (a: number, b: number) => number,
): number | null {
  return a === null ? b : b === null ? a : choose(a, b);
}

const SECOND_MS = 1000;

/**
 * A length, in whole seconds, at which the largest slice would have at most `rowsMax` rows if they are spread evenly in it.
 * @returns null where slices are short enough, or would be more than `slicesMax`
 */
export function finerSlice(
  slices: readonly Slice[],
  sliceMs: number,
  { rowsMax, slicesMax }: { readonly rowsMax: number; readonly slicesMax: number },
): {
  readonly shorterMs: number;
  readonly largest: { readonly key: number; readonly rowCount: number };
} | null {
  let largest = { key: 0, rowCount: 0 };
  for (const { key, rowCount } of slices) {
    if (key !== null && rowCount > largest.rowCount) largest = { key, rowCount };
  }
  const pieces = Math.ceil(largest.rowCount / rowsMax);
  if (pieces < 2 || slices.length * pieces > slicesMax) return null;
  const shorterMs = Math.max(1, Math.floor(sliceMs / pieces / SECOND_MS)) * SECOND_MS;
  return shorterMs < sliceMs ? { shorterMs, largest } : null;
}
