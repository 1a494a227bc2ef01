/**
 * Which split each example belongs to, without leakage. Pure.
 *
 * By time: boundaries `b` cut time, and an example belongs to the split in which its window's end lies, `(b before, b]`. What an
 * example knows is `[startMs, reachMs)`: its window, and on to its label or target. It is purged where that straddles a
 * boundary, or begins less than the embargo after one:
 *
 *     train              b   embargo  test
 *     ├──window──┤       │             ├──window──┤
 *                  ├──window──┤  purged: straddles b
 *                        │  ├──window──┤  purged: embargo
 *
 * By group: groups go to splits as a whole. Where windows of different splits overlap on one line (a product after the other), or
 * are less than the embargo apart, the later one is purged.
 */
import { createHash } from 'node:crypto';
import { splitNames, type SplitSpec } from './split-spec.ts';

/** What a split needs to know of the examples, by row. */
export interface SplitColumns {
  readonly length: number;
  /** Which line; any numbering. */
  readonly lines: Int32Array;
  readonly startsMs: Float64Array;
  readonly endsMs: Float64Array;
  /** The last time that the example knows of: its window's end, its label's time, the end of its target's cells. */
  readonly reachesMs: Float64Array;
  /** Value of the attribute by which groups are made; with another split it is not asked for. */
  readonly group: (row: number) => string;
}

export interface SplitOptions {
  readonly embargoMs: number;
  /** Draws the groups. */
  readonly seed: number;
}

export interface Splits {
  readonly names: readonly string[];
  /** Index into `names`, by row; PURGED: in none. */
  readonly of: Int16Array;
  /** Where time is cut, ascending; the first split has the ends up to and including the first. */
  readonly boundariesMs: readonly number[];
  /** Examples in no split. */
  readonly purged: number;
  /** With groups: the split of each, by name of the group. */
  readonly groups: Readonly<Record<string, string>>;
  /** With forward chaining: names of the splits to train and to test on. */
  readonly folds: readonly {
    readonly train: readonly string[];
    readonly test: readonly string[];
  }[];
}

export const PURGED = -1;

export function splitExamples(
  examples: SplitColumns,
  spec: SplitSpec,
  options: SplitOptions,
): Splits {
  const names = splitNames(spec);
  if (spec.kind === 'group') return byGroup(examples, spec.shares, names, options);
  const boundariesMs = boundariesOf(examples, spec);
  const of = new Int16Array(examples.length);
  for (let row = 0; row < examples.length; row++) {
    of[row] = splitAt(examples, row, boundariesMs, options.embargoMs);
  }
  const folds =
    spec.kind === 'forward'
      ? names.slice(1).map((name, k) => ({ train: names.slice(0, k + 1), test: [name] }))
      : [];
  return { names, of, boundariesMs, purged: countPurged(of), groups: {}, folds };
}

function boundariesOf(
  examples: SplitColumns,
  spec: Exclude<SplitSpec, { kind: 'group' }>,
): readonly number[] {
  switch (spec.kind) {
    case 'none':
      return [];
    case 'times':
      return spec.atMs;
    case 'shares':
      return quantiles(examples.endsMs, cumulative(spec.shares));
    case 'forward': {
      const blocks = spec.folds + 1;
      return quantiles(
        examples.endsMs,
        Array.from({ length: spec.folds }, (_, k) => (k + 1) / blocks),
      );
    }
  }
}

/** Shares added up, without the last, which is 1. */
function cumulative(shares: readonly number[]): number[] {
  let sum = 0;
  return shares.slice(0, -1).map((share) => (sum += share));
}

/** For each share the end up to which that share of the examples lies; a boundary that repeats gives an empty split. */
function quantiles(endsMs: Float64Array, shares: readonly number[]): number[] {
  const sorted = endsMs.toSorted();
  if (sorted.length === 0) return shares.map(() => 0);
  return shares.map((share) => {
    // Shares such as 0.7 are no exact binary fractions.
    const count = Math.round(share * sorted.length * 1e6) / 1e6;
    return count < 1 ? sorted[0]! - 1 : sorted[Math.ceil(count) - 1]!;
  });
}

function splitAt(
  { startsMs, endsMs, reachesMs }: SplitColumns,
  row: number,
  boundariesMs: readonly number[],
  embargoMs: number,
): number {
  let split = 0;
  for (const boundaryMs of boundariesMs) {
    if (endsMs[row]! > boundaryMs) split++;
    const straddles = startsMs[row]! < boundaryMs && reachesMs[row]! > boundaryMs;
    const embargoed = endsMs[row]! > boundaryMs && startsMs[row]! < boundaryMs + embargoMs;
    if (straddles || embargoed) return PURGED;
  }
  return split;
}

function byGroup(
  examples: SplitColumns,
  shares: readonly number[],
  names: readonly string[],
  { seed, embargoMs }: SplitOptions,
): Splits {
  const counts = new Map<string, number>();
  for (let row = 0; row < examples.length; row++) {
    const group = examples.group(row);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  const splitOf = drawGroups(counts, cumulative(shares), seed);
  const of = Int16Array.from({ length: examples.length }, (_, row) =>
    splitOf.get(examples.group(row))!,
  );
  purgeOverlaps(examples, of, embargoMs);
  const groups = Object.fromEntries(
    [...splitOf].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, s]) => [name, names[s]!]),
  );
  return { names, of, boundariesMs: [], purged: countPurged(of), groups, folds: [] };
}

/** Groups in an order drawn by the seed; each goes where the middle of its examples falls. */
function drawGroups(
  counts: ReadonlyMap<string, number>,
  boundaries: readonly number[],
  seed: number,
): Map<string, number> {
  const drawn = [...counts.keys()]
    .map((group) => ({ group, key: createHash('sha256').update(`${seed} ${group}`).digest('hex') }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  const splitOf = new Map<string, number>();
  let before = 0;
  for (const { group } of drawn) {
    const count = counts.get(group)!;
    const middle = (before + count / 2) / total;
    splitOf.set(group, boundaries.filter((boundary) => middle >= boundary).length);
    before += count;
  }
  return splitOf;
}

/** On each line, in order of time: an example that touches what a kept one of another split knows is purged. */
function purgeOverlaps(examples: SplitColumns, of: Int16Array, embargoMs: number): void {
  const { lines, startsMs, endsMs, reachesMs } = examples;
  const order = Array.from({ length: examples.length }, (_, row) => row).toSorted(
    (a, b) => lines[a]! - lines[b]! || endsMs[a]! - endsMs[b]! || of[a]! - of[b]! || a - b,
  );
  let line = -1;
  // By split: how far its examples on this line reach so far.
  const reached = new Map<number, number>();
  for (const row of order) {
    if (lines[row]! !== line) reached.clear();
    line = lines[row]!;
    const split = of[row]!;
    for (const [other, reachMs] of reached) {
      if (other !== split && startsMs[row]! < reachMs + embargoMs) of[row] = PURGED;
    }
    if (of[row] === PURGED) continue;
    reached.set(split, Math.max(reached.get(split) ?? Number.NEGATIVE_INFINITY, reachesMs[row]!));
  }
}

function countPurged(of: Int16Array): number {
  let count = 0;
  for (const split of of) if (split === PURGED) count++;
  return count;
}
