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
