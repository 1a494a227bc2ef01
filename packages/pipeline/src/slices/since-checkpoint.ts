/** What is left to do where a stream stopped: the windows that its checkpoint does not hold. */
import type { Definition } from '@windrow/core';
import type { EndRange } from '@windrow/windowing';
import { nameOf, type CheckpointProgress } from '../live/checkpoint-progress.ts';
import { LEFT_OUT, type PredictionFilter } from './prediction-filter.ts';

/** The part of a range in which some line has windows that are left. */
export function rangeSince(
  { afterMs, untilMs }: EndRange,
  { watermarksMs }: CheckpointProgress,
  definitions: readonly Definition[],
): EndRange {
  const watermarks = definitions.map(
    ({ lineId }) => watermarksMs.get(lineId) ?? Number.NEGATIVE_INFINITY,
  );
  return { afterMs: Math.min(untilMs, Math.max(afterMs, Math.min(...watermarks))), untilMs };
}

/** Lets through the windows that end after their line's watermark and have no score in the journal. */
export function sinceCheckpoint({ watermarksMs, scored }: CheckpointProgress): PredictionFilter {
  const isLeft = (definition: Definition, windowEndMs: number): boolean =>
    windowEndMs > (watermarksMs.get(definition.lineId) ?? Number.NEGATIVE_INFINITY) &&
    !scored.has(nameOf(definition, windowEndMs));
  return {
    revisionOf: (definition, windowEndMs) => (isLeft(definition, windowEndMs) ? 0 : LEFT_OUT),
  };
}
