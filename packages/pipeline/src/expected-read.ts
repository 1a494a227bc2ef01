/** What reading some splits for a range of time amounts to, as their metadata say. Pure. */
import type { Source, SourceSplit, TimeRange } from '@windrow/core';

export interface ExpectedRead {
  /** Samples; null where a split does not say, or not how many of its samples lie in the range. */
  readonly rows: number | null;
  readonly sizeBytes: number;
}

/** Whether a part of a split's time costs a part of the split; of other sources it costs all of it. */
export function readsParts(source: Source): boolean {
  return source.trims === true || source.narrows === true;
}

/**
 * Sums up what is read. A split that sticks out of the range counts by the share of its time that lies in it, its samples taken as
 * spread evenly, or as a whole where it is read so.
 * @param inParts as `readsParts`
 */
export function expectedRead(
  splits: readonly SourceSplit[],
  range: TimeRange,
  inParts: boolean,
): ExpectedRead {
  let rows: number | null = 0;
  let sizeBytes = 0;
  for (const split of splits) {
    const share = inParts ? shareIn(split, range) : 1;
    const { rowCount } = split;
    rows = rows === null || rowCount === null || share === null ? null : rows + rowCount * share;
    sizeBytes += split.sizeBytes * (share ?? 1);
  }
  return { rows: rows === null ? null : Math.round(rows), sizeBytes: Math.round(sizeBytes) };
}

/** 0 to 1; null where the split does not say when its samples were. */
function shareIn({ minMs, maxMs }: SourceSplit, { startMs, endMs }: TimeRange): number | null {
  const isFromStart = startMs <= (minMs ?? Number.NEGATIVE_INFINITY);
  const isToEnd = maxMs === null ? endMs === Number.POSITIVE_INFINITY : endMs > maxMs;
  if (isFromStart && isToEnd) return 1;
  if (minMs === null || maxMs === null) return null;
  const sharedMs = Math.min(maxMs + 1, endMs) - Math.max(minMs, startMs);
  return Math.min(1, Math.max(0, sharedMs) / (maxMs + 1 - minMs));
}
