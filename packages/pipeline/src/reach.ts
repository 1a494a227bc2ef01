/**
 * How far past the watermark a backfill keeps cells, and how long the slices of the samples beyond are. Pure.
 *
 * Reading ahead far enough for the longest split means that nothing is put aside; it costs 12 bytes a cell and series, so it
 * is bounded by a budget. Slices are whole cells of every resolution where these have a reasonable common multiple within the
 * budget, so that the samples of one cell stay in their order of arrival.
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
  const affordableMs = bytesMax / bytesPerMs(targets);
  const sliceMs = sliceLength(targets, affordableMs / 2);
  const wantedMs = longestReachMs(order) ?? UNKNOWN_REACH_MS;
  // One slice more, since the watermark is rounded down to a slice.
  const slices = Math.ceil(Math.min(wantedMs, affordableMs) / sliceMs) + 1;
  return { sliceMs, aheadMs: slices * sliceMs };
}

/**
 * @param msMax cells longer than this are cut: a day of the one line's cells may be far too many cells of another's. Only what is
 * counted as superseded can depend on it, no value.
 */
function sliceLength(targets: readonly WindowTarget[], msMax: number): number {
  const resolutions = targets.map(({ definition }) => definition.resolutionMs);
  const unit = wholeCells(resolutions, msMax);
  const wantedMs = Math.ceil(SLICE_MS_MIN / unit) * unit;
  return Math.max(unit, Math.min(wantedMs, Math.floor(msMax / unit) * unit));
}

/** Whole cells of as many resolutions as possible, the finest first; at most `msMax`, and a day unless one cell is longer. */
function wholeCells(resolutions: readonly number[], msMax: number): number {
  const finestFirst = resolutions.toSorted((a, b) => a - b);
  const longest = finestFirst.at(-1)!;
  const all = finestFirst.reduce(commonMultiple);
  if (all <= Math.min(SLICE_MS_MAX, msMax)) return all;
  if (longest <= msMax) return longest;
  let unit = 1;
  for (const resolution of finestFirst) {
    const multiple = commonMultiple(unit, resolution);
    if (multiple > msMax) break;
    unit = multiple;
  }
  return unit;
}

/** Infinity once it is longer than a day: no product gets so large that it is not exact. */
function commonMultiple(a: number, b: number): number {
  if (!Number.isFinite(a)) return a;
  const multiple = (a / greatestCommonDivisor(a, b)) * b;
  return multiple <= SLICE_MS_MAX ? multiple : Number.POSITIVE_INFINITY;
}

/** Upper bound: counts a metric once for every definition that asks for it. */
function bytesPerMs(targets: readonly WindowTarget[]): number {
  return targets.reduce(
    (sum, { definition }) =>
      sum + (definition.inputMetricIds.length * CELL_BYTES) / definition.resolutionMs,
    0,
  );
}
