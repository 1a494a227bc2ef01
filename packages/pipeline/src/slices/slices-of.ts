/** The slices that follow from the cuts. Pure. */
import type { Definition, SourceSplit, TimeRange } from '@windrow/core';
import { neededRange, type EndRange } from '@windrow/windowing';
import type { Cuts, Slice, SliceSplit } from './slice.ts';
import { weightOf } from './time-profile.ts';

export interface SliceMaterial {
  readonly definitions: readonly Definition[];
  /** Of the whole. */
  readonly splits: readonly SourceSplit[];
  /** As `Source.narrows`. */
  readonly narrows: boolean;
}

export function slicesOf(cuts: Cuts, material: SliceMaterial): Slice[] {
  const { definitions, narrows } = material;
  const ends = [cuts.range.afterMs, ...cuts.cutsMs, cuts.range.untilMs];
  const told = new Set<SourceSplit>();
  const slices: Slice[] = [];
  for (let timeIndex = 0; timeIndex + 1 < ends.length; timeIndex++) {
    const range: EndRange = { afterMs: ends[timeIndex]!, untilMs: ends[timeIndex + 1]! };
    for (const [g, group] of cuts.groups.entries()) {
      const targets = group.length === definitions.length ? null : group;
      const needed = neededRange(
        group.map((target) => ({ definition: definitions[target]!, dtype: 'float64' })),
        range,
      );
      const read = material.splits.filter((split) => overlaps(split, needed));
      const splits = narrows ? null : read.map((split) => asRead(split, told));
      const measure = narrows ? narrowed(material.splits, needed, cuts.range) : measureOf(read);
      slices.push({
        index: slices.length,
        timeIndex,
        range,
        targets,
        splits,
        ...measure,
        isFirstGroup: g === 0,
      });
    }
  }
  return slices;
}

/** What a slice reads that is not another's before it: `[its cut, the next cut)`, open at the ends of the whole. */
export function homeRange(slice: Slice, whole: EndRange): TimeRange | null {
  if (!slice.isFirstGroup) return null;
  const { afterMs, untilMs } = slice.range;
  return {
    startMs: afterMs === whole.afterMs ? Number.NEGATIVE_INFINITY : afterMs,
    endMs: untilMs === whole.untilMs ? Number.POSITIVE_INFINITY : untilMs,
  };
}

function asRead(split: SourceSplit, told: Set<SourceSplit>): SliceSplit {
  const isFirst = !told.has(split);
  told.add(split);
  return { split, isFirst };
}

function overlaps({ minMs, maxMs }: SourceSplit, { startMs, endMs }: TimeRange): boolean {
  return (
    (maxMs ?? Number.POSITIVE_INFINITY) >= startMs && (minMs ?? Number.NEGATIVE_INFINITY) < endMs
  );
}

function measureOf(read: readonly SourceSplit[]): Pick<Slice, 'rows' | 'sizeBytes'> {
  let rows: number | null = 0;
  let sizeBytes = 0;
  for (const split of read) {
    rows = rows === null || split.rowCount === null ? null : rows + split.rowCount;
    sizeBytes += split.sizeBytes;
  }
  return { rows, sizeBytes };
}

/** The share of the whole that lies in a part of its time. */
function narrowed(
  splits: readonly SourceSplit[],
  part: TimeRange,
  whole: EndRange,
): Pick<Slice, 'rows' | 'sizeBytes'> {
  const share = (part.endMs - part.startMs) / (whole.untilMs - whole.afterMs);
  const isKnown = Number.isFinite(share);
  const all = measureOf(splits);
  const rows = splits.reduce((sum, split) => sum + weightOf(split), 0);
  return {
    rows: all.rows === null || !isKnown ? null : Math.round(rows * Math.min(1, share)),
    sizeBytes: isKnown ? Math.round(all.sizeBytes * Math.min(1, share)) : all.sizeBytes,
  };
}
