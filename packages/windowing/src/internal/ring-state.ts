/**
 * A ring of a line with all that acts on it: the aggregator that fills it, the windows that read it, and the line's
 * watermark as far as it decides what is late.
 */
import { assert } from '@windrow/core';
import type { CellAggregator, RunBounds } from '../cell-aggregator.ts';
import type { CellRing } from '../cell-ring.ts';
import type { LineSamples } from '../line-samples.ts';
import type { PointColumns } from '../point-columns.ts';
import { DROPPED_LATE, OUT_OF_RANGE } from '../verdict.ts';
import { inspectWindow, type WindowInspection } from '../window-inspection.ts';
import type { WindowState } from '../window-state.ts';

/** The windows that read a ring. */
export interface RingReaders {
  readonly windows: readonly WindowState[];
  /** By track: those that use it. */
  readonly windowsOf: readonly (readonly WindowState[])[];
}

/** Told of each cell that a late sample changed, instead of marking windows. */
export type LateListener = (track: number, cell: number) => void;

export class RingState {
  readonly ring: CellRing;
  readonly windows: readonly WindowState[];
  /** Where panes are sent on: takes note of what must be sent again. */
  onLate: LateListener | null = null;
  /** null where cells come ready. */
  readonly #aggregator: CellAggregator | null;
  readonly #windowsOf: readonly (readonly WindowState[])[];
  /** By track: samples before this are needed by no window of the range. */
  readonly #neededFromMs: Float64Array;
  readonly #untilMs: number;
  #watermarkMs = Number.NEGATIVE_INFINITY;
  /** Cells from here to the ring's limit can be taken without a further look: on time, and held. */
  #easyFrom = Number.POSITIVE_INFINITY;
  #hasLate = false;
  /** What changed since `unchanged` was last called: cells from here on, or from `#lateFrom` on. */
  #changedFrom = Number.NEGATIVE_INFINITY;
  /** By track. */
  readonly #lateFrom: Float64Array;

  constructor(ring: CellRing, aggregator: CellAggregator | null, readers: RingReaders) {
    this.ring = ring;
    this.#aggregator = aggregator;
    this.windows = readers.windows;
    this.#windowsOf = readers.windowsOf;
    this.#neededFromMs = Float64Array.from(readers.windowsOf, (users) =>
      Math.min(...users.map((w) => w.firstEndAfter(w.range.afterMs) - w.reachMs)),
    );
    this.#lateFrom = new Float64Array(ring.trackCount).fill(Number.POSITIVE_INFINITY);
    this.#untilMs = Math.max(...this.windows.map((w) => w.range.untilMs));
  }

  /** A window of this ring as it is now; null where its cells are not all held. */
  inspect(window: WindowState, endMs: number): WindowInspection | null {
    return this.#aggregator === null ? null : inspectWindow(window, this.#aggregator, endMs);
  }

  /** Whether late samples changed something that the next move of the watermark must deal with. */
  get hasLate(): boolean {
    return this.#hasLate;
  }

  /** It was dealt with. */
  settled(): void {
    this.ring.forgetBefore();
    this.#hasLate = false;
  }

  /** End of the last cell held. */
  get limitMs(): number {
    return this.ring.limit * this.ring.resolutionMs;
  }

  watermarkMoved(watermarkMs: number): void {
    this.#watermarkMs = watermarkMs;
    this.#findEasy();
  }

  /** Forgets what no window can need any more. */
  moveOn(watermarkMs: number): void {
    let from = Number.POSITIVE_INFINITY;
    for (const window of this.windows) from = Math.min(from, window.neededFrom(watermarkMs));
    this.ring.moveTo(from);
    this.#findEasy();
  }

  #findEasy(): void {
    const onTime = Math.floor(this.#watermarkMs / this.ring.resolutionMs);
    this.#easyFrom = Math.max(onTime, this.ring.base);
  }

  /** Takes a valid sample into its cell; returns its verdict. */
  take(track: number, timestampMs: number, value: number): number {
    const { ring } = this;
    const aggregator = this.#aggregator!;
    const cell = Math.floor(timestampMs / ring.resolutionMs);
    const offsetMs = timestampMs - cell * ring.resolutionMs;
    if (cell >= this.#easyFrom && cell < ring.limit) {
      return aggregator.apply(track, cell, offsetMs, value);
    }
    if (timestampMs < this.#neededFromMs[track]! || timestampMs >= this.#untilMs) {
      return OUT_OF_RANGE;
    }
    if (this.#isClosed(track, cell * ring.resolutionMs)) return DROPPED_LATE;
    this.#hold(cell);
    if (cell < this.#lateFrom[track]!) this.#lateFrom[track] = cell;
    const at = track * ring.capacity + ring.place(cell);
    const before = ring.values[at]!;
    const verdict = aggregator.apply(track, cell, offsetMs, value);
    this.#noteLate(track, cell, before);
    return verdict;
  }

  /**
   * Takes samples in a run, as far as each is on time, held and before `bounds.stopMs`; returns the first row not taken.
   */
  takeRun(
    samples: LineSamples,
    tracks: Int32Array,
    rows: { readonly from: number; readonly to: number },
    bounds: Omit<RunBounds, 'easyFrom'>,
  ): number {
    const easyFrom = this.#easyFrom;
    return this.#aggregator!.applyRun(samples, tracks, rows, { ...bounds, easyFrom });
  }

  /** Latest timestamp up to the end of the last run. */
  get latestMsOfRun(): number {
    return this.#aggregator!.latestMs;
  }

  /** Sets a cell that was made elsewhere. One that no window can need any more is passed over. */
  put(track: number, cell: number, value: number): void {
    const { ring } = this;
    const isEasy = cell >= this.#easyFrom && cell < ring.limit;
    if (!isEasy) {
      if (this.#isClosed(track, cell * ring.resolutionMs)) return;
      this.#hold(cell);
    }
    const place = ring.place(cell);
    const at = track * ring.capacity + place;
    const before = ring.values[at]!;
    if (before !== before) ring.observe(track, place, cell, value);
    else ring.values[at] = value;
    if (!isEasy) this.#noteLate(track, cell, before);
  }

  /** Whether every window that needs the cell was judged and is no longer open. */
  #isClosed(track: number, cellMs: number): boolean {
    for (const window of this.#windowsOf[track]!) {
      if (window.lastEndNeeding(cellMs) + window.latenessMs > this.#watermarkMs) return false;
    }
    return true;
  }

  /** For a sample that was dropped late: the allowed lateness, in ms, beyond which it would have been needed. */
  missedBy(track: number, timestampMs: number): number {
    const { resolutionMs } = this.ring;
    const cellMs = Math.floor(timestampMs / resolutionMs) * resolutionMs;
    let least = Number.POSITIVE_INFINITY;
    for (const window of this.#windowsOf[track]!) {
      least = Math.min(least, this.#watermarkMs - window.lastEndNeeding(cellMs));
    }
    return least;
  }

  /** Sees to it that the ring holds the cell, and every cell up to the watermark. */
  #hold(cell: number): void {
    const { ring } = this;
    if (
      ring.base === Number.NEGATIVE_INFINITY ||
      cell >= ring.limit ||
      this.#watermarkMs > this.limitMs
    ) {
      this.moveOn(this.#watermarkMs);
    }
    assert(
      cell >= ring.base && cell < ring.limit,
      `cell ${cell} is held ([${ring.base}, ${ring.limit}), watermark ${this.#watermarkMs})`,
    );
  }

  /** What follows when a cell that lies before the watermark was changed. */
  #noteLate(track: number, cell: number, before: number): void {
    const { ring } = this;
    const cellMs = cell * ring.resolutionMs;
    if (cellMs + ring.resolutionMs > this.#watermarkMs) return;
    const place = ring.place(cell);
    if (Object.is(before, ring.values[track * ring.capacity + place])) return;
    ring.lateCells++;
    const users = this.#windowsOf[track]!;
    for (const window of users) window.noteLate(track, cell, before !== before);
    if (this.onLate !== null) {
      this.onLate(track, cell);
      this.#hasLate = true;
    } else if (this.#markDirty(users, cellMs)) {
      ring.rememberBefore(track, place, before);
      this.#hasLate = true;
    }
  }

  /**
   * Adds to `out` the samples that make a track's cells: all of them, or those that may have changed since `unchanged` was last called.
   */
  collect(track: number, onlyChanged: boolean, out: PointColumns): void {
    const { ring } = this;
    const changedFrom = Math.min(this.#changedFrom, this.#lateFrom[track]!);
    const from = Math.max(ring.base, onlyChanged ? changedFrom : Number.NEGATIVE_INFINITY);
    this.#aggregator!.collect(track, from, ring.newest + 1, out);
  }

  /** What the cells hold is known elsewhere: `collect` need not tell it again. */
  unchanged(): void {
    // Before the first sample there is no cell from which on samples are taken without a further look: all that come are new.
    const { base } = this.ring;
    this.#changedFrom = base === Number.NEGATIVE_INFINITY ? base : this.#easyFrom;
    this.#lateFrom.fill(Number.POSITIVE_INFINITY);
  }

  /** Puts samples that `collect` gave back into their cells; nothing is late. Those that the ring no longer holds are passed over. */
  refill(track: number, points: PointColumns): void {
    const { ring } = this;
    for (let i = 0; i < points.length; i++) {
      const timestampMs = points.timestampsMs[i]!;
      const cell = Math.floor(timestampMs / ring.resolutionMs);
      if (cell < ring.base) continue;
      assert(cell < ring.limit, `cell ${cell} is held (up to ${ring.limit})`);
      const offsetMs = timestampMs - cell * ring.resolutionMs;
      this.#aggregator!.apply(track, cell, offsetMs, points.values[i]!);
    }
  }

  /** Takes back what a cell held before a late sample changed it. */
  remember(track: number, cell: number, before: number): void {
    this.ring.rememberBefore(track, this.ring.place(cell), before);
    this.#hasLate = true;
  }

  /** Forgets what is remembered where the windows that waited for it are gone. */
  settleIfNothingWaits(): void {
    if (this.windows.every((window) => window.dirty.count === 0)) this.settled();
  }

  /** Marks the judged windows that are open and need the cell. */
  #markDirty(users: readonly WindowState[], cellMs: number): boolean {
    let marked = false;
    for (const window of users) {
      if (window.latenessMs === 0) continue;
      const first = Math.max(
        window.firstEndAfter(cellMs),
        window.firstEndAfter(this.#watermarkMs - window.latenessMs),
        window.firstEndAfter(window.range.afterMs),
        window.firstEndAfter(window.sinceMs),
      );
      const judged = Math.floor(this.#watermarkMs / window.stepMs) * window.stepMs;
      const last = Math.min(window.lastEndNeeding(cellMs), judged, window.range.untilMs);
      if (first > last) continue;
      window.dirty.mark(first, last);
      marked = true;
    }
    return marked;
  }

  get sizeBytes(): number {
    const own = this.ring.sizeBytes + (this.#aggregator?.sizeBytes ?? 0);
    return this.windows.reduce((sum, window) => sum + window.sizeBytes, own);
  }
}
