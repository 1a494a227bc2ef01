/**
 * Metadata that lie, in a run that is cut by time: a slice reads the parts of the source whose bounds say that it needs them, so a sample
 * outside of its part's bounds may be missing in the slice that it belongs to.
 */
import {
  WindrowError,
  formatTime,
  type SampleBatch,
  type SourceSplit,
  type TimeRange,
} from '@windrow/core';

/**
 * @param home what the slice does not leave to others
 * @throws WindrowError INPUT at a sample outside of the split's bounds that another slice may need
 */
export function refuseBrokenPromise(
  { length, timestampsMs }: SampleBatch,
  split: Pick<SourceSplit, 'name' | 'minMs' | 'maxMs'>,
  home: TimeRange,
): void {
  // Before the first slice and after the last one there is nobody who could miss it.
  const minMs = home.startMs === Number.NEGATIVE_INFINITY ? null : split.minMs;
  const maxMs = home.endMs === Number.POSITIVE_INFINITY ? null : split.maxMs;
  const least = minMs ?? Number.NEGATIVE_INFINITY;
  const greatest = maxMs ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const ms = timestampsMs[i]!;
    if (ms >= least && ms <= greatest) continue;
    const promise = ms < least ? `before ${formatTime(least)}` : `after ${formatTime(greatest)}`;
    throw new WindrowError(
      'INPUT',
      `${split.name}: found a sample at ${formatTime(ms)}, expected none ${promise}, as the statistics of this part of the source say; write the file again, or convert it to a format without statistics`,
    );
  }
}
