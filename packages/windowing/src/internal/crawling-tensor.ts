/**
 * The tensor of a definition's latest window, kept up to date from step to step: a step costs its new cells, and what changed.
 *
 * The buffer is longer than the tensor. A step of s cells moves the tensor's start on by s (channel-major) or s * C numbers
 * (time-major), so that every cell that stays is already in its place, and the new cells of a channel fall where the next channel's
 * expired ones were:
 *
 *     C = 2, T = 4, s = 1       a0 a1 a2 a3 b0 b1 b2 b3  .  .  .
 *                               └─────── tensor ───────┘
 *     one step later            a0 a1 a2 a3 a4 b1 b2 b3 b4  .  .
 *                                  └─────── tensor ───────┘
 *
 * Where the buffer ends, the tensor is moved back to its start, once in many steps. Besides its new cells a step can change: with the fill
 * `linear`, the gap that a new cell closes and the one that opens at the start when the cell before it expires; with any fill, what
 * depends on cells that late samples changed, which `noteLate` is told. All of it gives the bytes that `WindowState.assemble` gives.
 *
 * Invariant: while it stands at a window, the counts of `CrawlingCells` are what counting the window's cells anew
 * would give.
 */
import type { TensorRow } from '@windrow/core';
import type { CellRing } from '../cell-ring.ts';
import type { WindowPlan } from '../plan.ts';
import { BELOW_COVERAGE, COMPLETE, EMPTY, INCOMPLETE } from '../window-verdict.ts';
import { CrawlingCells } from './crawling-cells.ts';
import { LateCells } from './late-cells.ts';

type Row = { -readonly [K in keyof TensorRow]: TensorRow[K] };

export class CrawlingTensor {
  readonly #plan: WindowPlan;
  readonly #ring: CellRing;
  readonly #stepCells: number;
  readonly #cells: CrawlingCells;
  readonly #late: LateCells = new LateCells();
  readonly #row: Row;
  /** Whether some channel has a cell that is not observed. */
  #hasGaps = true;

  constructor(plan: WindowPlan, ring: CellRing) {
    this.#plan = plan;
    this.#ring = ring;
    this.#stepCells = plan.definition.stepMs / plan.definition.resolutionMs;
    this.#cells = new CrawlingCells(plan, ring);
    this.#row = { data: this.#cells.data, offset: 0 };
  }

  /** Where the tensor is; valid until the next `moveTo`. */
  get row(): TensorRow {
    return this.#row;
  }

  /** A late sample changed a cell that the tensor may hold: it is dealt with when the tensor moves. */
  noteLate(track: number, cell: number, wasMissing: boolean): void {
    const { neededFrom, start } = this.#cells;
    if (cell >= neededFrom && cell < start + this.#plan.cells) {
      this.#late.add(track, cell, wasMissing);
    }
  }

  /**
   * Goes on to the window that ends with the cell before `end`, whose cells the ring holds, and judges it. Nobody reads the tensor any
   * more.
   */
  moveTo(end: number): number {
    const start = end - this.#plan.cells;
    const stepCells = this.#stepCells;
    const cells = this.#cells;
    const goesOn =
      start === cells.start + stepCells &&
      stepCells <= this.#plan.cells &&
      cells.start >= this.#ring.base &&
      !this.#late.hasOverflowed;
    if (goesOn) {
      this.#amend();
      this.#step();
    } else {
      cells.rebuild(start);
      this.#hasGaps = cells.observed.some((observed) => observed < this.#plan.cells);
    }
    this.#late.clear();
    this.#row.offset = cells.base;
    return this.#verdict();
  }

  #verdict(): number {
    if (!this.#hasGaps) return COMPLETE;
    const { cells, definition } = this.#plan;
    const { observed, missing } = this.#cells;
    let least = cells;
    let most = 0;
    let allMissing = 0;
    for (let c = 0; c < observed.length; c++) {
      const count = observed[c]!;
      if (count < least) least = count;
      if (count > most) most = count;
      allMissing += missing[c]!;
    }
    if (most === 0) return EMPTY;
    if (least / cells < definition.minCoverage) return BELOW_COVERAGE;
    return allMissing > 0 && !definition.allowMissing ? INCOMPLETE : COMPLETE;
  }

  /** Takes over what late samples changed, in the window where the tensor stands. */
  #amend(): void {
    const { tracks } = this.#plan;
    const late = this.#late;
    for (let i = 0; i < late.length; i++) {
      const cell = late.cells[i]!;
      if (cell < this.#ring.base) continue;
      for (let c = 0; c < tracks.length; c++) {
        if (tracks[c] === late.tracks[i]) this.#cells.amend(c, cell, late.wasMissing[i] === 1);
      }
    }
  }

  /**
   * One step. Channels go last to first: the new cells of one overwrite the expired ones of the next, which are looked at before that.
   */
  #step(): void {
    const own = this.#cells;
    const { data, observed, ringRows, channelStride } = own;
    const { cells } = this.#plan;
    const stepCells = this.#stepCells;
    const move = stepCells * own.timeStride;
    if (own.base + move > own.slack) {
      data.copyWithin(0, own.base, data.length - own.slack + own.base);
      own.base = 0;
    }
    const { values } = this.#ring;
    const place = this.#ring.place(own.start + cells);
    const isSimple = stepCells === 1;
    let at = own.base + cells * own.timeStride + (observed.length - 1) * channelStride;
    let hasGaps = false;
    for (let c = observed.length - 1; c >= 0; c--, at -= channelStride) {
      if (observed[c] === cells) {
        const row = ringRows[c]!;
        const value = values[row + place]!;
        if (value === value) {
          data[at] = value;
          if (isSimple || this.#copyRest(row, place, at)) continue;
        }
      }
      own.step(c, stepCells);
      if (observed[c]! < cells) hasGaps = true;
    }
    this.#hasGaps = hasGaps;
    own.base += move;
    own.start += stepCells;
  }

  /** Copies the new cells of a channel after the first; false where one is missing. */
  #copyRest(row: number, first: number, to: number): boolean {
    const { values, capacity } = this.#ring;
    const { data, timeStride } = this.#cells;
    let place = first;
    let at = to;
    for (let n = this.#stepCells; n > 1; n--) {
      if (++place === capacity) place = 0;
      at += timeStride;
      const value = values[row + place]!;
      if (value !== value) return false;
      data[at] = value;
    }
    return true;
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    return this.#cells.sizeBytes + this.#late.sizeBytes;
  }
}
