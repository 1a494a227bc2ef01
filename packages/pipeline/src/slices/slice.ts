/** A slice: a part of a backfill that is read, scored and recorded by itself. */
import type { SourceSplit } from '@windrow/core';
import type { EndRange } from '@windrow/windowing';

/** Where a backfill is cut. With the same splits and definitions, the slices follow from it. */
export interface Cuts {
  /** Window ends of the whole; infinite ends are allowed. */
  readonly range: EndRange;
  /** Ascending, inside the range: a slice has the ends after one cut up to and including the next. */
  readonly cutsMs: readonly number[];
  /** Groups of targets; all targets of a line are in one group. Each group has its own slices of time. */
  readonly groups: readonly (readonly number[])[];
}

/** A split as one slice reads it. */
export interface SliceSplit {
  readonly split: SourceSplit;
  /** Whether this is the slice that tells of the split's rows that cannot be read. */
  readonly isFirst: boolean;
}

export interface Slice {
  /** 0, 1, 2, ... in order of time, then group. */
  readonly index: number;
  /** Which slice of time it is. Slices of different groups may have the same. */
  readonly timeIndex: number;
  /** Window ends that it scores. */
  readonly range: EndRange;
  /** Targets that it scores, ascending; null: all. */
  readonly targets: readonly number[] | null;
  /** What it reads, in the order of the source; null where the source is asked (`Source.narrows`). */
  readonly splits: readonly SliceSplit[] | null;
  /** Samples to be read, about, those that other slices read too included; null where the source does not know. */
  readonly rows: number | null;
  readonly sizeBytes: number;
  /** Whether no other group reads the same time: samples in its range are its own. */
  readonly isFirstGroup: boolean;
}

/** One of several machines that share a backfill. */
export interface Shard {
  /** 0 to `count - 1`. */
  readonly index: number;
  readonly count: number;
}
