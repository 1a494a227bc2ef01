/**
 * Where a backfill is cut into slices. Pure.
 *
 * A slice reads what its first windows need from before it, so each cut costs `W + lookback` of reading twice. Slices are long
 * enough for that to be a small share, and short enough that little is lost when a run is killed:
 *
 *     time ──────────────┬──────────────────┬──────────────> cuts lie where splits begin, if one begins nearby
 *     slice 0 ───────────┤
 *                   ╌╌╌╌╌┼─ slice 1 ────────┤               ╌ read, but no window ends here
 *                                      ╌╌╌╌╌┼─ slice 2 ──>
 *
 * Lines are divided too where the cells of all do not fit in a budget, and among shards where nothing is known about time.
 */
import type { Definition, SourceSplit } from '@windrow/core';
import { lookbackCells } from '@windrow/core';
import { neededRange, type EndRange } from '@windrow/windowing';
import { groupLines, linesOfShard } from './group-lines.ts';
import type { Cuts, Shard } from './slice.ts';
import { TimeProfile, weightOf } from './time-profile.ts';

/** Samples of a slice, unless asked otherwise: some seconds of work. */
const SLICE_SAMPLES = 1 << 24;
/** Fewer are not worth a thread of their own. */
const WORKER_SAMPLES_MIN = 1 << 21;
/** Most of a slice that may be read twice: as a rule, and where it keeps workers busy. */
const OVERLAP_SHARE = 0.05;
const OVERLAP_SHARE_BUSY = 0.15;
/** The same by whole splits, which are read as they are: longer ones than slices would be read by each of them. */
const SPLITS_SHARE = 0.3;
/** A cut moves to where a split begins, within this share of a slice. */
const ALIGN_SHARE = 0.2;
/** More slices than this are of no use to anybody. */
const SLICES_MAX = 10_000;
/** Cells of a group of lines in one slice. */
const GROUP_BYTES_MAX = 256 << 20;

export interface CutRequest {
  readonly definitions: readonly Definition[];
  /** Window ends of the whole, over all shards. */
  readonly range: EndRange;
  readonly splits: readonly SourceSplit[];
  /** As `Source.narrows`. */
  readonly narrows: boolean;
  /** Slices that run at once. */
  readonly workers: number;
  /** About how many samples a slice has; null: chosen. */
  readonly sliceSamples: number | null;
  /** null: this machine does everything. */
  readonly shard: Shard | null;
}

export function chooseCuts(request: CutRequest): Cuts {
  const { definitions, shard } = request;
  const profile = profileOf(request);
  const groups = groupLines(definitions, GROUP_BYTES_MAX);
  if (profile === null)
    return { range: request.range, cutsMs: [], groups: ownGroups(request, groups) };
  const range = shard === null ? request.range : rangeOfShard(request.range, profile, shard);
  return { range, cutsMs: cutRange(request, range, profile), groups };
}

/** null where nothing is known about the time of the samples. */
function profileOf({ definitions, splits, range, narrows }: CutRequest): TimeProfile | null {
  const known = narrows ? null : TimeProfile.of(splits);
  if (known !== null) return known;
  const needed = neededRange(definitions.map(asTarget), range);
  const isFinite = Number.isFinite(needed.startMs) && Number.isFinite(needed.endMs);
  if (!narrows) return null;
  if (isFinite) {
    return TimeProfile.even(
      needed,
      splits.reduce((sum, split) => sum + weightOf(split), 0),
    );
  }
  return TimeProfile.of(splits);
}

/** The type of a model's input is no matter here. */
const asTarget = (definition: Definition): { definition: Definition; dtype: 'float64' } => ({
  definition,
  dtype: 'float64',
});

function ownGroups(
  { definitions, shard }: CutRequest,
  groups: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  if (shard === null) return groups;
  const own = new Set(linesOfShard(definitions, shard));
  return groups
    .map((group) => group.filter((target) => own.has(target)))
    .filter((group) => group.length > 0);
}

/**
 * A range with two ends is divided evenly by time, so that shards agree whatever each of them finds at the source; else by where the
 * samples lie.
 */
function rangeOfShard(range: EndRange, profile: TimeProfile, { index, count }: Shard): EndRange {
  const { afterMs, untilMs } = range;
  const isFinite = Number.isFinite(afterMs) && Number.isFinite(untilMs);
  const rows = profile.rowsBefore(profile.endMs);
  const cut = (i: number): number => {
    if (i === 0) return afterMs;
    if (i === count) return untilMs;
    const ms = isFinite
      ? Math.floor(afterMs + ((untilMs - afterMs) * i) / count)
      : Math.floor(profile.timeOf((rows * i) / count));
    return Math.min(Math.max(ms, afterMs), untilMs);
  };
  return { afterMs: cut(index), untilMs: cut(index + 1) };
}

function cutRange(request: CutRequest, range: EndRange, profile: TimeProfile): number[] {
  const fromMs = Math.max(range.afterMs, profile.startMs);
  const toMs = Math.min(range.untilMs, profile.endMs);
  if (!(fromMs < toMs)) return [];
  const first = profile.rowsBefore(fromMs);
  const rows = profile.rowsBefore(toMs) - first;
  let count = sliceCount(request, rows, toMs - fromMs);
  for (;;) {
    const cuts: number[] = [];
    for (let k = 1; k < count; k++) {
      const cutMs = cutNear(profile, first + (rows * k) / count, (ALIGN_SHARE * rows) / count);
      if (cutMs > Math.max(fromMs, cuts.at(-1) ?? fromMs) && cutMs < toMs) cuts.push(cutMs);
    }
    const isAsked = request.sliceSamples !== null || request.narrows;
    if (isAsked || cuts.length === 0 || readTwice(request.splits, cuts) <= SPLITS_SHARE)
      return cuts;
    count = Math.ceil(count / 2);
  }
}

/** Where so many samples lie before, or where a split begins if few samples lie between. */
function cutNear(profile: TimeProfile, rowsBefore: number, rowsNear: number): number {
  const even = profile.timeOf(rowsBefore);
  const edge = profile.nearestEdge(even);
  const misses = Math.abs(profile.rowsBefore(edge) - rowsBefore);
  return misses <= rowsNear ? edge : Math.floor(even);
}

/** Share of the samples that lie in splits which cuts go through, once for each cut. */
function readTwice(splits: readonly SourceSplit[], cutsMs: readonly number[]): number {
  let all = 0;
  let again = 0;
  for (const split of splits) {
    const rows = weightOf(split);
    all += rows;
    for (const cut of cutsMs) {
      if ((split.minMs ?? cut) < cut && (split.maxMs ?? cut) >= cut) again += rows;
    }
  }
  return all === 0 ? 0 : again / all;
}

function sliceCount(request: CutRequest, rows: number, spanMs: number): number {
  const { definitions, workers, sliceSamples } = request;
  if (sliceSamples !== null)
    return Math.min(SLICES_MAX, Math.max(1, Math.ceil(rows / sliceSamples)));
  const overlapMs = Math.max(...definitions.map(overlapOf));
  const within = (share: number): number => Math.max(1, Math.floor((spanMs * share) / overlapMs));
  const wanted = Math.min(Math.ceil(rows / SLICE_SAMPLES), within(OVERLAP_SHARE), SLICES_MAX);
  const busy = Math.min(workers, Math.floor(rows / WORKER_SAMPLES_MIN), within(OVERLAP_SHARE_BUSY));
  const count = Math.max(1, wanted, busy);
  // Of few slices, one left over would keep all workers but one waiting.
  const even = Math.ceil(count / workers) * workers;
  return count > workers && even <= within(OVERLAP_SHARE_BUSY) ? even : count;
}

/** What a slice reads from before its first window's end. */
function overlapOf(definition: Definition): number {
  return definition.windowMs + lookbackCells(definition) * definition.resolutionMs;
}
