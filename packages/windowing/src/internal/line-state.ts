/**
 * One line: its rings of cells, its windows, its watermark. What both stages share in one process, and what each has of its
 * own in two.
 *
 * Invariant: a window end is judged, or empty, exactly if it is at most the watermark.
 */
import { assert } from '@windrow/core';
import { CellAggregator } from '../cell-aggregator.ts';
import { CellRing } from '../cell-ring.ts';
import type { EndRange } from '../end-range.ts';
import type { LinePlan, RingPlan, WindowPlan } from '../plan.ts';
import { WindowState, keptCells } from '../window-state.ts';
import { RingState } from './ring-state.ts';

export interface LineOptions {
  /** How far the watermark stays behind the latest sample; null: it is moved by `advanceTo` alone. */
  readonly outOfOrderMs: number | null;
  /** Samples, or cells, may be up to this far past the watermark (exclusive). */
  readonly aheadMs: number;
  readonly range: EndRange;
  /** Whether cells are made from samples here; else they come ready. */
  readonly takesSamples: boolean;
}

export class LineState {
  readonly plan: LinePlan;
  readonly windows: readonly WindowState[];
  readonly rings: readonly RingState[];
  readonly outOfOrderMs: number | null;
  /** Timestamp of the latest sample. */
  latestMs: number = Number.NEGATIVE_INFINITY;
  /** End of the next window to be judged, of any definition. */
  nextDueMs: number = Number.NEGATIVE_INFINITY;
  #watermarkMs = Number.NEGATIVE_INFINITY;
  #goalMs = Number.NEGATIVE_INFINITY;

  constructor(plan: LinePlan, options: LineOptions) {
    this.plan = plan;
    this.outOfOrderMs = options.outOfOrderMs;
    const rings = plan.rings.map((ring, index) =>
      makeRing(
        ring,
        plan.windows.filter((w) => w.ring === index),
        options.aheadMs,
      ),
    );
    this.windows = plan.windows.map(
      (window) => new WindowState(window, rings[window.ring]!, options.range),
    );
    this.rings = rings.map((ring, index) => {
      const { tracks } = plan.rings[index]!;
      const aggregator = options.takesSamples
        ? new CellAggregator(
            ring,
            tracks.map((track) => track.aggregate),
          )
        : null;
      return new RingState(ring, aggregator, {
        windows: this.windows.filter((w) => w.plan.ring === index),
        windowsOf: tracks.map((track) => track.windows.map((w) => this.windows[w]!)),
      });
    });
  }

  /** Nothing on time is earlier than this; -Infinity before the first sample. */
  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  /** Where the watermark is on its way to. */
  get goalMs(): number {
    return this.#goalMs;
  }

  /** Sets the goal; it never moves back. */
  advanceTo(watermarkMs: number): void {
    if (watermarkMs > this.#goalMs) this.#goalMs = watermarkMs;
  }

  /** Whether the watermark is not yet at its goal, or windows are due. */
  get unsettled(): boolean {
    return this.#goalMs > this.#watermarkMs || this.nextDueMs <= this.#watermarkMs;
  }

  /** Takes the watermark to its goal. */
  moveWatermark(): void {
    this.#watermarkMs = this.#goalMs;
    for (const ring of this.rings) ring.watermarkMoved(this.#watermarkMs);
  }

  /** The earliest window end that is still to be judged. */
  earliestDue(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const window of this.windows) {
      if (window.nextEndMs <= window.range.untilMs) due = Math.min(due, window.nextEndMs);
    }
    return due;
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    return this.rings.reduce((sum, ring) => sum + ring.sizeBytes, 0);
  }
}

/** Cells held beyond what is needed, so that the ring moves on seldom: each time it does, every track is looked at. */
const SPARE = 1 / 16;
const SPARE_CELLS_MIN = 32;

function makeRing(plan: RingPlan, windows: readonly WindowPlan[], aheadMs: number): CellRing {
  const cellsOf = (ms: number): number => Math.ceil(ms / plan.resolutionMs);
  const reach = windows.map(
    (window) =>
      window.cells +
      window.lookbackCells +
      keptCells(window) +
      cellsOf(window.definition.stepMs) +
      cellsOf(window.definition.allowedLatenessMs) +
      2,
  );
  const needed = Math.max(...reach) + cellsOf(aheadMs) + 1;
  assert(Number.isSafeInteger(needed), 'a ring is finite');
  const span = needed + Math.max(SPARE_CELLS_MIN, Math.floor(needed * SPARE));
  return new CellRing(
    plan.resolutionMs,
    plan.tracks.map((track) => track.panes),
    span,
  );
}
