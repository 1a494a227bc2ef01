/** The slices that follow from the cuts. Pure. */
import type { Definition, SourceSplit, TimeRange } from '@windrow/core';
import { neededRange, type EndRange } from '@windrow/windowing';
import { expectedRead, type ExpectedRead } from '../expected-read.ts';
import type { Cuts, Slice, SliceSplit } from './slice.ts';

export interface SliceMaterial {
  readonly definitions: readonly Definition[];
  /** Of the whole. */
  readonly splits: readonly SourceSplit[];
  /** As `Source.narrows`. */
  readonly narrows: boolean;
  /** Whether a slice that needs a part of a split reads that part only, about. */
  readonly inParts: boolean;
}

export function slicesOf(cuts: Cuts, material: SliceMaterial): Slice[] {
  const { definitions, narrows, inParts } = material;
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
      slices.push({
        index: slices.length,
        timeIndex,
        range,
        targets,
        splits,
        ...expectedRead(read, needed, inParts),
        isFirstGroup: g === 0,
      });
    }
  }
  return slices;
}

/** What slices read together: what two of them read, twice. */
export function readBySlices(slices: readonly Slice[]): ExpectedRead {
  return {
    rows: slices.reduce<number | null>(
      (sum, { rows }) => (sum === null || rows === null ? null : sum + rows),
      0,
    ),
    sizeBytes: slices.reduce((sum, slice) => sum + slice.sizeBytes, 0),
  };
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
