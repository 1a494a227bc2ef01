/**
 * How far past the watermark a backfill keeps cells, and how long the slices of the samples beyond are. Pure.
 *
 * Reading ahead far enough for the longest split means that nothing is put aside; it costs 12 bytes a cell and series, so it
 * is bounded by a budget. Slices are whole cells of every resolution where these have a reasonable common multiple, so
 * that the samples of one cell stay in their order of arrival.
 */
import { greatestCommonDivisor, type WindowTarget } from '@windrow/windowing';
import { longestReachMs, type OrderedSplit } from './read-order.ts';

/** For splits whose bounds are not known. */
const UNKNOWN_REACH_MS = 600_000;
const SLICE_MS_MIN = 60_000;
const SLICE_MS_MAX = 86_400_000;
const CELL_BYTES = 12;

export interface Reach {
  readonly aheadMs: number;
  readonly sliceMs: number;
}

export function chooseReach(
  targets: readonly WindowTarget[],
  order: readonly OrderedSplit[],
  bytesMax: number,
): Reach {
  const sliceMs = sliceLength(targets);
  const wantedMs = longestReachMs(order) ?? UNKNOWN_REACH_MS;
  const affordableMs = bytesMax / bytesPerMs(targets);
  // One slice more, since the watermark is rounded down to a slice.
  const slices = Math.ceil(Math.min(wantedMs, affordableMs) / sliceMs) + 1;
  return { sliceMs, aheadMs: slices * sliceMs };
}

function sliceLength(targets: readonly WindowTarget[]): number {
  let multiple = 1;
  let longest = 1;
  for (const { definition } of targets) {
    const { resolutionMs } = definition;
    longest = Math.max(longest, resolutionMs);
    if (multiple <= SLICE_MS_MAX) {
      multiple = (multiple / greatestCommonDivisor(multiple, resolutionMs)) * resolutionMs;
    }
  }
  const unit = multiple <= SLICE_MS_MAX ? multiple : longest;
  return Math.ceil(SLICE_MS_MIN / unit) * unit;
}

/** Upper bound: counts a metric once for every definition that asks for it. */
function bytesPerMs(targets: readonly WindowTarget[]): number {
  return targets.reduce(
    (sum, { definition }) =>
      sum + (definition.inputMetricIds.length * CELL_BYTES) / definition.resolutionMs,
    0,
  );
}
