/**
 * Stage 1: samples to cells, once a track, however many windows use it.
 *
 * What a cell needs beside its value: for `last`, `first`, `min` and `max` the timestamp of the sample that gave it
 * (int32 ms from the cell's start); for `sum`, `mean` and `count` the distinct `(timestamp, value)` pairs, in
 * `PairLists`. The result does not depend on the order of the samples, and redelivery changes nothing.
 */
import { assert, type Aggregate } from '@windrow/core';
import type { CellRing } from './cell-ring.ts';
import type { LatenessHistogram } from './lateness-histogram.ts';
import type { LineSamples } from './line-samples.ts';
import type { PointColumns } from './point-columns.ts';
import { PairLists } from './internal/pair-lists.ts';
import { APPLIED, DUPLICATE, SUPERSEDED } from './verdict.ts';

const LAST = 0;
const FIRST = 1;
const MIN = 2;
const MAX = 3;
const SUM = 4;
const MEAN = 5;
const COUNT = 6;
const codeOf: Readonly<Record<Aggregate, number>> = {
  last: LAST,
  first: FIRST,
  min: MIN,
  max: MAX,
  sum: SUM,
  mean: MEAN,
  count: COUNT,
};

/** Longest cell whose offsets fit an int32: 24.8 days. */
const RESOLUTION_MS_MAX = 0x7fffffff;

/** Where a run ends, and what it keeps account of. */
export interface RunBounds {
  readonly stopMs: number;
  readonly easyFrom: number;
  /** Latest timestamp before the run. */
  readonly latestMs: number;
  /** null: nobody asks. */
  readonly disorder: LatenessHistogram | null;
}

export class CellAggregator {
  readonly ring: CellRing;
  readonly #codes: Uint8Array;
  /** By place in the ring; meaningful where the cell is observed. */
  readonly #offsets: Int32Array;
  readonly #pairs: PairLists | null;
  /** Latest timestamp up to the end of the last run. */
  latestMs: number = Number.NEGATIVE_INFINITY;

  constructor(ring: CellRing, aggregates: readonly Aggregate[]) {
    assert(ring.resolutionMs <= RESOLUTION_MS_MAX, 'a cell is at most 24 days long');
    this.ring = ring;
    this.#codes = Uint8Array.from(aggregates, (aggregate) => codeOf[aggregate]);
    const cells = ring.trackCount * ring.capacity;
    this.#offsets = new Int32Array(cells);
    this.#pairs = this.#codes.some((code) => code >= SUM) ? new PairLists(cells) : null;
  }

  /**
   * Takes a valid sample into its cell, which the ring holds.
   * @param offsetMs of the timestamp from the cell's start
   * @returns APPLIED, SUPERSEDED or DUPLICATE
   */
  apply(track: number, cell: number, offsetMs: number, value: number): number {
    const ring = this.ring;
    const place = ring.place(cell);
    const at = track * ring.capacity + place;
    const code = this.#codes[track]!;
    if (code >= SUM) return this.#collect(code, track, cell, place, offsetMs, value);
    const held = ring.values[at]!;
    if (held !== held) {
      this.#offsets[at] = offsetMs;
      ring.observe(track, place, cell, value);
      return APPLIED;
    }
    const heldOffset = this.#offsets[at]!;
    if (offsetMs === heldOffset && Object.is(value, held)) return DUPLICATE;
    if (!preferred(code, offsetMs, value, heldOffset, held)) return SUPERSEDED;
    this.#offsets[at] = offsetMs;
    ring.values[at] = value;
    return APPLIED;
  }

  /**
   * `apply` for a run of samples of many tracks: from row `from` on until a row that is not before `stopMs`, or whose cell is
   * not in `[easyFrom, ring.limit)`, or `to`. Leaves the latest timestamp, if it is after `bounds.latestMs`, in `latestMs`, and
   * counts in `bounds.disorder` by how much others came after younger ones.
   * @returns the first row not taken
   */
  applyRun(
    samples: LineSamples,
    tracks: Int32Array,
    rows: { readonly from: number; readonly to: number },
    bounds: RunBounds,
  ): number {
    const { series, timestampsMs, values: taken, verdicts } = samples;
    const { stopMs, easyFrom, disorder } = bounds;
    const { to } = rows;
    const ring = this.ring;
    const { resolutionMs, limit, capacity, values, uniform } = ring;
    const codes = this.#codes;
    const offsets = this.#offsets;
    let { latestMs } = bounds;
    // The cell of the sample before: lines report all their sensors together, so that most samples find it.
    let [fromMs, untilMs, cell, place, pane] = [0, 0, 0, 0, 0];
    let i = rows.from;
    for (; i < to; i++) {
      const timestampMs = timestampsMs[i]!;
      if (timestampMs >= stopMs) break;
      if (timestampMs < fromMs || timestampMs >= untilMs) {
        cell = Math.floor(timestampMs / resolutionMs);
        if (cell < easyFrom || cell >= limit) break;
        fromMs = cell * resolutionMs;
        untilMs = fromMs + resolutionMs;
        place = ring.place(cell);
        if (uniform !== null) pane = Math.floor(place / uniform.paneCells);
      }
      if (timestampMs > latestMs) latestMs = timestampMs;
      else if (timestampMs < latestMs) disorder?.add(latestMs - timestampMs);
      const track = tracks[series[i]!]!;
      const offsetMs = timestampMs - fromMs;
      const value = taken[i]!;
      const at = track * capacity + place;
      const held = values[at]!;
      if (held === held || codes[track]! >= SUM) {
        verdicts[i] = this.apply(track, cell, offsetMs, value);
        continue;
      }
      // By far the most frequent: the first sample of its cell. What `ring.observe` does, without the call.
      offsets[at] = offsetMs;
      verdicts[i] = APPLIED;
      if (uniform === null) {
        ring.observe(track, place, cell, value);
        continue;
      }
      values[at] = value;
      const counted = track * uniform.perTrack + pane;
      uniform.counts[counted] = uniform.counts[counted]! + 1;
      if (cell > ring.newest) ring.newest = cell;
    }
    this.latestMs = latestMs;
    return i;
  }

  #collect(
    code: number,
    track: number,
    cell: number,
    place: number,
    offsetMs: number,
    value: number,
  ): number {
    const ring = this.ring;
    const pairs = this.#pairs!;
    const at = track * ring.capacity + place;
    const missing = Number.isNaN(ring.values[at]);
    // A place that was given to a new cell still has the pairs of the old one.
    if (missing) pairs.clear(at);
    if (!pairs.add(at, offsetMs, value)) return DUPLICATE;
    const result =
      code === COUNT
        ? pairs.count(at)
        : code === SUM
          ? pairs.sum(at)
          : pairs.sum(at) / pairs.count(at);
    if (missing) ring.observe(track, place, cell, result);
    else ring.values[at] = result;
    return APPLIED;
  }

  /**
   * Adds to `out` the fewest samples that make the observed cells `[fromCell, toCell)` of a track, which the ring holds:
   * applied to a ring without them, in any order, they leave it as this one is.
   */
  collect(track: number, fromCell: number, toCell: number, out: PointColumns): void {
    if (fromCell >= toCell) return;
    if (this.#codes[track]! < SUM) this.#collectSamples(track, fromCell, toCell, out);
    else this.#collectPairs(track, fromCell, toCell, out);
  }

  #collectPairs(track: number, fromCell: number, toCell: number, out: PointColumns): void {
    const { ring } = this;
    for (let cell = fromCell; cell < toCell; cell++) {
      const at = track * ring.capacity + ring.place(cell);
      if (Number.isNaN(ring.values[at])) continue;
      this.#pairs!.collect(at, cell * ring.resolutionMs, out);
    }
  }

  /** Where one sample makes a cell. Runs over every cell that changed, for each snapshot: no call and no check of room per cell. */
  #collectSamples(track: number, fromCell: number, toCell: number, out: PointColumns): void {
    const { capacity, resolutionMs, values } = this.ring;
    const offsets = this.#offsets;
    const place = this.ring.place(fromCell);
    out.reserve(out.length + toCell - fromCell);
    const { timestampsMs, values: taken } = out;
    const row = track * capacity;
    let { length } = out;
    let startMs = fromCell * resolutionMs;
    let at = row + place;
    let untilWrap = capacity - place;
    for (let left = toCell - fromCell; left > 0; left--) {
      const value = values[at]!;
      // Written always, kept where the cell is observed: a branch less.
      timestampsMs[length] = startMs + offsets[at]!;
      taken[length] = value;
      length += value === value ? 1 : 0;
      startMs += resolutionMs;
      at++;
      if (--untilWrap === 0) at = row;
    }
    out.length = length;
  }

  /** Whether the distinct samples of a track's cells are kept, so that their number is known. */
  keepsCounts(track: number): boolean {
    return this.#codes[track]! >= SUM;
  }

  /** Distinct samples of an observed cell of such a track. */
  sampleCount(track: number, cell: number): number {
    return this.#pairs!.count(track * this.ring.capacity + this.ring.place(cell));
  }

  /** Bytes of state beside the ring's, as allocated. */
  get sizeBytes(): number {
    return this.#offsets.byteLength + (this.#pairs?.sizeBytes ?? 0);
  }
}

/** Whether the cell's rule prefers a sample to the one it holds; equal pairs were told apart before. */
function preferred(
  code: number,
  offsetMs: number,
  value: number,
  heldOffset: number,
  held: number,
): boolean {
  switch (code) {
    case LAST:
      return offsetMs > heldOffset || (offsetMs === heldOffset && greater(value, held));
    case FIRST:
      return offsetMs < heldOffset || (offsetMs === heldOffset && greater(value, held));
    case MIN:
      return greater(held, value);
    default:
      return greater(value, held);
  }
}

/** Numerically greater, with `-0 < +0`. */
function greater(a: number, b: number): boolean {
  return a > b || (a === 0 && b === 0 && Object.is(a, 0) && Object.is(b, -0));
}
