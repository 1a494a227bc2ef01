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
 * Invariant: while it stands at a window, `#observed` and `#missing` are what counting the window's cells anew would give.
 */
import type { TensorRow } from '@windrow/core';
import type { CellRing } from '../cell-ring.ts';
import { slackNumbers } from '../delivery.ts';
import {
  copyCells,
  fillConstant,
  fillLast,
  fillLinear,
  type ChannelCells,
  type ChannelOut,
} from '../fill.ts';
import type { WindowPlan } from '../plan.ts';
import { BELOW_COVERAGE, COMPLETE, EMPTY, INCOMPLETE } from '../window-verdict.ts';
import { LateCells } from './late-cells.ts';

type Row = { -readonly [K in keyof TensorRow]: TensorRow[K] };

const NONE = 0;
const CONSTANT = 1;
const LAST = 2;
const LINEAR = 3;
const methods = { none: NONE, constant: CONSTANT, last: LAST, linear: LINEAR } as const;

export class CrawlingTensor {
  readonly #plan: WindowPlan;
  readonly #ring: CellRing;
  readonly #method: number;
  /** How many cells the fill reaches. */
  readonly #reach: number;
  readonly #stepCells: number;
  /** Numbers from a cell to the next, and from a channel to the next. */
  readonly #timeStride: number;
  readonly #channelStride: number;
  readonly #slack: number;
  readonly #data: Float64Array | Float32Array;
  readonly #row: Row;
  /** By channel: start of its track in the ring. */
  readonly #ringRows: Int32Array;
  /** By channel, of the window: observed cells, and those that stay missing. */
  readonly #observed: Int32Array;
  readonly #missing: Int32Array;
  /** By channel: the latest observed cell; where all are observed it is the last one, and this is not kept up. */
  readonly #latest: Float64Array;
  /** Whether some channel has a cell that is not observed. */
  #hasGaps = true;
  /** Where the tensor starts in the buffer. */
  #base = 0;
  /** First cell of the window; NaN: none yet. */
  #start = Number.NaN;
  readonly #late: LateCells = new LateCells();

  constructor(plan: WindowPlan, ring: CellRing) {
    const { definition, cells, tracks, dtype } = plan;
    const { fill } = definition;
    const channels = tracks.length;
    const isTimeMajor = definition.layout === 'time_major';
    this.#plan = plan;
    this.#ring = ring;
    this.#method = methods[fill.method];
    this.#reach =
      fill.method === 'linear'
        ? Math.floor(fill.maxGapMs / definition.resolutionMs)
        : plan.lookbackCells;
    this.#stepCells = definition.stepMs / definition.resolutionMs;
    this.#timeStride = isTimeMajor ? channels : 1;
    this.#channelStride = isTimeMajor ? 1 : cells;
    this.#slack = slackNumbers(definition, cells);
    const length = channels * cells + this.#slack;
    this.#data = dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
    this.#row = { data: this.#data, offset: 0 };
    this.#ringRows = tracks.map((track) => track * ring.capacity);
    this.#observed = new Int32Array(channels);
    this.#missing = new Int32Array(channels);
    this.#latest = new Float64Array(channels);
  }

  /** Where the tensor is; valid until the next `moveTo`. */
  get row(): TensorRow {
    return this.#row;
  }

  /** A late sample changed a cell that the tensor may hold: it is dealt with when the tensor moves. */
  noteLate(track: number, cell: number, isNew: boolean): void {
    const start = this.#start;
    const from = this.#method === LAST ? start - this.#reach : start;
    if (cell >= from && cell < start + this.#plan.cells) this.#late.add(track, cell, isNew);
  }

  /**
   * Goes on to the window that ends with the cell before `end`, whose cells the ring holds, and judges it. Nobody reads the tensor any
   * more.
   */
  moveTo(end: number): number {
    const start = end - this.#plan.cells;
    const stepCells = this.#stepCells;
    const goesOn =
      start === this.#start + stepCells &&
      stepCells <= this.#plan.cells &&
      this.#start >= this.#ring.base &&
      !this.#late.hasOverflowed;
    if (goesOn) {
      this.#amend();
      this.#step();
    } else {
      this.#rebuild(start);
    }
    this.#late.clear();
    this.#start = start;
    this.#row.offset = this.#base;
    return this.#verdict();
  }

  #verdict(): number {
    if (!this.#hasGaps) return COMPLETE;
    const { cells, definition } = this.#plan;
    let least = cells;
    let most = 0;
    let missing = 0;
    for (let c = 0; c < this.#observed.length; c++) {
      const observed = this.#observed[c]!;
      if (observed < least) least = observed;
      if (observed > most) most = observed;
      missing += this.#missing[c]!;
    }
    if (most === 0) return EMPTY;
    if (least / cells < definition.minCoverage) return BELOW_COVERAGE;
    return missing > 0 && !definition.allowMissing ? INCOMPLETE : COMPLETE;
  }

  /** Makes the tensor anew. */
  #rebuild(start: number): void {
    const { cells } = this.#plan;
    const ring = this.#ring;
    this.#base = 0;
    this.#hasGaps = false;
    const from: ChannelCells = {
      values: ring.values,
      row: 0,
      capacity: ring.capacity,
      first: ring.place(start),
      cells,
    };
    const to: ChannelOut = { data: this.#data, at: 0, stride: this.#timeStride };
    for (let c = 0; c < this.#observed.length; c++) {
      from.row = this.#ringRows[c]!;
      to.at = c * this.#channelStride;
      let observed = 0;
      let latest = Number.NEGATIVE_INFINITY;
      for (let cell = start; cell < start + cells; cell++) {
        if (Number.isNaN(this.#cell(c, cell))) continue;
        observed++;
        latest = cell;
      }
      this.#observed[c] = observed;
      this.#latest[c] = latest === Number.NEGATIVE_INFINITY ? this.#before(c, start) : latest;
      this.#missing[c] = observed === cells ? copied(from, to) : this.#fill(from, to, observed);
      if (observed < cells) this.#hasGaps = true;
    }
  }

  /** The latest observed cell before a cell, as far as the fill reaches. */
  #before(c: number, start: number): number {
    const from = this.#method === LAST ? Math.max(start - this.#reach, this.#ring.base) : start;
    for (let cell = start - 1; cell >= from; cell--) {
      if (!Number.isNaN(this.#cell(c, cell))) return cell;
    }
    return Number.NEGATIVE_INFINITY;
  }

  #fill(from: ChannelCells, to: ChannelOut, observed: number): number {
    const { fill } = this.#plan.definition;
    switch (fill.method) {
      case 'last':
        return fillLast(from, to, this.#reach);
      case 'linear':
        return fillLinear(from, to, this.#reach);
      case 'constant':
        return fillConstant(from, to, fill.value);
      case 'none':
        copyCells(from, to);
        return from.cells - observed;
    }
  }

  /** What the ring holds in a cell; NaN where nothing was observed. */
  #cell(c: number, cell: number): number {
    return this.#ring.values[this.#ringRows[c]! + this.#ring.place(cell)]!;
  }

  /**
   * One step. Channels go last to first: the new cells of one overwrite the expired ones of the next, which are looked at before that.
   */
  #step(): void {
    const { cells } = this.#plan;
    const data = this.#data;
    const stepCells = this.#stepCells;
    const move = stepCells * this.#timeStride;
    if (this.#base + move > this.#slack) {
      data.copyWithin(0, this.#base, data.length - this.#slack + this.#base);
      this.#base = 0;
    }
    const { values, capacity } = this.#ring;
    const place = this.#ring.place(this.#start + cells);
    const isSimple = stepCells === 1;
    const ringRows = this.#ringRows;
    const observed = this.#observed;
    const channelStride = this.#channelStride;
    let at = this.#base + cells * this.#timeStride + (observed.length - 1) * channelStride;
    let hasGaps = false;
    for (let c = observed.length - 1; c >= 0; c--) {
      if (observed[c] === cells) {
        const row = ringRows[c]!;
        const value = values[row + place]!;
        if (value === value) {
          data[at] = value;
          if (isSimple || this.#copyRest(row, place, capacity, at)) {
            at -= channelStride;
            continue;
          }
        }
      }
      this.#stepChannel(c);
      if (observed[c]! < cells) hasGaps = true;
      at -= channelStride;
    }
    this.#hasGaps = hasGaps;
    this.#base += move;
  }

  /** Copies the new cells of a channel after the first; false where one is missing. */
  #copyRest(row: number, first: number, capacity: number, to: number): boolean {
    const { values } = this.#ring;
    const timeStride = this.#timeStride;
    let place = first;
    let at = to;
    for (let n = this.#stepCells; n > 1; n--) {
      if (++place === capacity) place = 0;
      at += timeStride;
      const value = values[row + place]!;
      if (value !== value) return false;
      this.#data[at] = value;
    }
    return true;
  }

  /** A step of a channel that has, or gets, a gap. */
  #stepChannel(c: number): void {
    const { cells } = this.#plan;
    const start = this.#start;
    if (this.#observed[c] === cells) this.#latest[c] = start + cells - 1;
    for (let t = 0; t < this.#stepCells; t++) this.#expire(c, t);
    const firstKept = start + this.#stepCells;
    for (let t = cells; t < cells + this.#stepCells; t++) this.#append(c, t, firstKept);
  }

  /** Place in the buffer of cell `start + t`. */
  #at(c: number, t: number): number {
    return this.#base + t * this.#timeStride + c * this.#channelStride;
  }

  /** The window loses its first cell, the one at `t`. */
  #expire(c: number, t: number): void {
    const start = this.#start;
    if (Number.isNaN(this.#cell(c, start + t))) {
      if (Number.isNaN(this.#data[this.#at(c, t)])) this.#missing[c] = this.#missing[c]! - 1;
      return;
    }
    this.#observed[c] = this.#observed[c]! - 1;
    if (this.#method !== LINEAR) return;
    // What was interpolated from it on is missing now.
    const until = Math.min(t + this.#reach, this.#plan.cells - 1);
    let next = t + 1;
    while (next <= until && Number.isNaN(this.#cell(c, start + next))) next++;
    if (next > until) return;
    for (let gap = t + 1; gap < next; gap++) this.#data[this.#at(c, gap)] = Number.NaN;
    this.#missing[c] = this.#missing[c]! + next - t - 1;
  }

  /** The window gains the cell at `t`. */
  #append(c: number, t: number, firstKept: number): void {
    const cell = this.#start + t;
    const at = this.#at(c, t);
    const value = this.#cell(c, cell);
    const latest = this.#latest[c]!;
    if (!Number.isNaN(value)) {
      this.#data[at] = value;
      this.#observed[c] = this.#observed[c]! + 1;
      this.#latest[c] = cell;
      if (this.#method === LINEAR && latest >= firstKept) this.#interpolate(c, latest, cell);
    } else if (this.#method === CONSTANT) {
      this.#data[at] = this.#constant;
    } else if (this.#method === LAST && cell - latest <= this.#reach) {
      this.#data[at] = this.#cell(c, latest);
    } else {
      this.#data[at] = Number.NaN;
      this.#missing[c] = this.#missing[c]! + 1;
    }
  }

  get #constant(): number {
    const { fill } = this.#plan.definition;
    return fill.method === 'constant' ? fill.value : Number.NaN;
  }

  /** Fills the cells between two observed ones, if they are near enough. */
  #interpolate(c: number, from: number, to: number): void {
    const apart = to - from;
    if (apart < 2 || apart > this.#reach) return;
    const first = this.#cell(c, from);
    const rise = this.#cell(c, to) - first;
    for (let n = 1; n < apart; n++) {
      this.#put(c, from + n - this.#start, first + rise * (n / apart));
    }
  }

  /** Writes a number where there may have been none. */
  #put(c: number, t: number, value: number): void {
    const at = this.#at(c, t);
    if (Number.isNaN(this.#data[at])) this.#missing[c] = this.#missing[c]! - 1;
    this.#data[at] = value;
  }

  /** Takes over what late samples changed, in the window where the tensor stands. */
  #amend(): void {
    const { tracks } = this.#plan;
    const late = this.#late;
    for (let i = 0; i < late.length; i++) {
      const cell = late.cells[i]!;
      if (cell < this.#ring.base) continue;
      for (let c = 0; c < tracks.length; c++) {
        if (tracks[c] === late.tracks[i]) this.#amendCell(c, cell, late.isNew[i] === 1);
      }
    }
  }

  #amendCell(c: number, cell: number, isNew: boolean): void {
    const { cells } = this.#plan;
    const t = cell - this.#start;
    if (this.#observed[c]! < cells && cell > this.#latest[c]!) this.#latest[c] = cell;
    if (t >= 0 && isNew) this.#observed[c] = this.#observed[c]! + 1;
    if (this.#method === LAST) {
      this.#amendLast(c, cell);
      return;
    }
    this.#put(c, t, this.#cell(c, cell));
    if (this.#method !== LINEAR) return;
    const from = Math.max(cell - this.#reach, this.#start);
    const until = Math.min(cell + this.#reach, this.#start + cells - 1);
    let earlier = cell - 1;
    while (earlier >= from && Number.isNaN(this.#cell(c, earlier))) earlier--;
    if (earlier >= from) this.#interpolate(c, earlier, cell);
    let later = cell + 1;
    while (later <= until && Number.isNaN(this.#cell(c, later))) later++;
    if (later <= until) this.#interpolate(c, cell, later);
  }

  /** Hands a changed cell on to those after it that take its value, up to the next observed one. */
  #amendLast(c: number, cell: number): void {
    const value = this.#cell(c, cell);
    const until = Math.min(cell + this.#reach, this.#start + this.#plan.cells - 1);
    for (let here = cell; here <= until; here++) {
      if (here > cell && !Number.isNaN(this.#cell(c, here))) return;
      if (here >= this.#start) this.#put(c, here - this.#start, value);
    }
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    const channels = this.#observed.length;
    return this.#data.byteLength + channels * 20 + this.#late.sizeBytes;
  }
}

function copied(from: ChannelCells, to: ChannelOut): number {
  copyCells(from, to);
  return 0;
}
