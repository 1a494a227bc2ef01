/**
 * A ring of a line with all that acts on it: the aggregator that fills it, the windows that read it, and the line's
 * watermark as far as it decides what is late.
 */
import { assert } from '@windrow/core';
import type { CellAggregator } from '../cell-aggregator.ts';
import type { CellRing } from '../cell-ring.ts';
import type { LineSamples } from '../line-samples.ts';
import { DROPPED_LATE, OUT_OF_RANGE } from '../verdict.ts';
import type { WindowState } from '../window-state.ts';

export class RingState {
  readonly ring: CellRing;
  readonly aggregator: CellAggregator;
  readonly windows: readonly WindowState[];
  /** By track: the windows that use it. */
  readonly #windowsOf: readonly (readonly WindowState[])[];
  /** By track: samples before this are needed by no window of the range. */
  readonly #neededFromMs: Float64Array;
  readonly #untilMs: number;
  #watermarkMs = Number.NEGATIVE_INFINITY;
  /** Cells from here to the ring's limit can be taken without a further look: on time, and held. */
  #easyFrom = Number.POSITIVE_INFINITY;

  constructor(
    aggregator: CellAggregator,
    windows: readonly WindowState[],
    windowsOf: readonly (readonly WindowState[])[],
  ) {
    this.aggregator = aggregator;
    this.ring = aggregator.ring;
    this.windows = windows;
    this.#windowsOf = windowsOf;
    this.#neededFromMs = Float64Array.from(windowsOf, (users) =>
      Math.min(...users.map((w) => w.firstEndAfter(w.range.afterMs) - w.reachMs)),
    );
    this.#untilMs = Math.max(...windows.map((w) => w.range.untilMs));
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
    const cell = Math.floor(timestampMs / ring.resolutionMs);
    if (cell >= this.#easyFrom && cell < ring.limit) {
      return this.aggregator.apply(track, cell, timestampMs - cell * ring.resolutionMs, value);
    }
    return this.#takeCarefully(track, cell, timestampMs, value);
  }

  /**
   * Takes samples in a run, as far as each is on time, held and before `stopMs`; returns the first row not taken. The latest
   * timestamp among them is the aggregator's `latestMs`.
   */
  takeRun(
    samples: LineSamples,
    tracks: Int32Array,
    rows: { readonly from: number; readonly to: number },
    stopMs: number,
  ): number {
    return this.aggregator.applyRun(samples, tracks, rows, { stopMs, easyFrom: this.#easyFrom });
  }

  #takeCarefully(track: number, cell: number, timestampMs: number, value: number): number {
    const { ring } = this;
    if (timestampMs < this.#neededFromMs[track]! || timestampMs >= this.#untilMs) {
      return OUT_OF_RANGE;
    }
    const cellMs = cell * ring.resolutionMs;
    const users = this.#windowsOf[track]!;
    if (!users.some((w) => w.lastEndNeeding(cellMs) + w.latenessMs > this.#watermarkMs)) {
      return DROPPED_LATE;
    }
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
    const place = ring.place(cell);
    const at = track * ring.capacity + place;
    const before = ring.values[at]!;
    const verdict = this.aggregator.apply(track, cell, timestampMs - cellMs, value);
    if (cellMs + ring.resolutionMs <= this.#watermarkMs && !Object.is(before, ring.values[at])) {
      if (this.#markDirty(users, cellMs)) ring.rememberBefore(track, place, before);
    }
    return verdict;
  }

  /** Marks the judged windows that are open and need the cell. */
  #markDirty(users: readonly WindowState[], cellMs: number): boolean {
    let marked = false;
    for (const window of users) {
      const first = Math.max(
        window.firstEndAfter(cellMs),
        window.firstEndAfter(this.#watermarkMs - window.latenessMs),
        window.firstEndAfter(window.range.afterMs),
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
    return this.ring.sizeBytes + this.aggregator.sizeBytes;
  }
}
