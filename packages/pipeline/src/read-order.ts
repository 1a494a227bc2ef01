/**
 * In which order the splits of a bounded source are read, and what that says about time. Pure.
 *
 * A sequence (a file) is read in its own order, which is the order of arrival. From split `i` on it still delivers samples
 * from `key(i) = min over j >= i of minMs(j)` on, so its keys never go back; taking the split with the least key next, over
 * all sequences, merges them by time with the least to keep in memory. When a split is about to be read, no sample that
 * comes from then on, from any sequence, is before its key: that is the watermark of a backfill, and nothing is late.
 */
import type { SourceSplit } from '@windrow/core';

export interface OrderedSplit {
  readonly split: SourceSplit;
  /** No sample of this or any later split is earlier; -Infinity where that is not known. */
  readonly keyMs: number;
}

export function readOrder(splits: readonly SourceSplit[]): OrderedSplit[] {
  const ordered: OrderedSplit[] = [];
  let keyMs = Number.POSITIVE_INFINITY;
  let sequence = -1;
  for (let i = splits.length - 1; i >= 0; i--) {
    const split = splits[i]!;
    if (split.sequence !== sequence) {
      sequence = split.sequence;
      keyMs = Number.POSITIVE_INFINITY;
    }
    keyMs = Math.min(keyMs, split.minMs ?? Number.NEGATIVE_INFINITY);
    ordered.push({ split, keyMs });
  }
  // Sorting is stable: splits of equal keys stay in the order of their sequences, and within a sequence.
  return ordered
    .toReversed()
    .toSorted((a, b) => (a.keyMs < b.keyMs ? -1 : a.keyMs > b.keyMs ? 1 : 0));
}

/** The longest time from a split's key to its end, in ms: what fits at once if nothing is to be put aside; null: unknown. */
export function longestReachMs(order: readonly OrderedSplit[]): number | null {
  let longest = 0;
  for (const { split, keyMs } of order) {
    if (split.maxMs === null || keyMs === Number.NEGATIVE_INFINITY) return null;
    longest = Math.max(longest, split.maxMs + 1 - keyMs);
  }
  return longest;
}
