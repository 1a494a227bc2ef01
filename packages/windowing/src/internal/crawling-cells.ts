/**
 * The cells of a tensor that crawls (`crawling-tensor.ts`), channel by channel: what becomes of them when the window loses and gains a
 * cell, and when a late sample changes one. Everything that is not the plain case: gaps.
 *
 * By channel it keeps how many cells of the window are observed, how many stay missing after filling, and which one was observed last.
 * What was observed it looks up in the ring; whether a cell was filled it sees in the tensor, where only missing cells are NaN (infinite
 * cells, between which linear filling could give NaN, are kept out by the plan).
 */
import { assert } from '@windrow/core';
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

const NONE = 0;
const CONSTANT = 1;
const LAST = 2;
const LINEAR = 3;
const methods = { none: NONE, constant: CONSTANT, last: LAST, linear: LINEAR } as const;

export class CrawlingCells {
  readonly #plan: WindowPlan;
  readonly #ring: CellRing;
  readonly #method: number;
  /** How many cells the fill reaches. */
  readonly #reach: number;
  readonly #constant: number;
  /** Numbers from a cell to the next, and from a channel to the next. */
  readonly timeStride: number;
  readonly channelStride: number;
  /** Numbers of the buffer beyond the tensor. */
  readonly slack: number;
  readonly data: Float64Array | Float32Array;
  /** By channel: start of its track in the ring. */
  readonly ringRows: Int32Array;
  /** By channel, of the window: observed cells, and those that stay missing. */
  readonly observed: Int32Array;
  readonly missing: Int32Array;
  /** By channel: the latest observed cell; where all are observed it is the last one, and this is not kept up. */
  readonly #latest: Float64Array;
  /** Where the tensor starts in the buffer. */
  base = 0;
  /** First cell of the window; NaN: none yet. */
  start: number = Number.NaN;

  constructor(plan: WindowPlan, ring: CellRing) {
    const { definition, cells, tracks, dtype } = plan;
    const { fill, resolutionMs } = definition;
    const channels = tracks.length;
    const isTimeMajor = definition.layout === 'time_major';
    this.#plan = plan;
    this.#ring = ring;
    this.#method = methods[fill.method];
    this.#reach =
      fill.method === 'linear' ? Math.floor(fill.maxGapMs / resolutionMs) : plan.lookbackCells;
    this.#constant = fill.method === 'constant' ? fill.value : Number.NaN;
    this.timeStride = isTimeMajor ? channels : 1;
    this.channelStride = isTimeMajor ? 1 : cells;
    this.slack = slackNumbers(definition, cells);
    const length = channels * cells + this.slack;
    this.data = dtype === 'float64' ? new Float64Array(length) : new Float32Array(length);
    this.ringRows = tracks.map((track) => track * ring.capacity);
    this.observed = new Int32Array(channels);
    this.missing = new Int32Array(channels);
    this.#latest = new Float64Array(channels);
  }

  /** The earliest cell on which the tensor depends. */
  get neededFrom(): number {
    return this.#method === LAST ? this.start - this.#reach : this.start;
  }

  /** Makes the tensor of the window from this cell on, at the start of the buffer. */
  rebuild(start: number): void {
    const { cells, tracks } = this.#plan;
    const ring = this.#ring;
    assert(start >= ring.base, 'the cells of the window are held');
    this.base = 0;
    this.start = start;
    const from: ChannelCells = {
      values: ring.values,
      row: 0,
      capacity: ring.capacity,
      first: ring.place(start),
      cells,
    };
    const to: ChannelOut = { data: this.data, at: 0, stride: this.timeStride };
    for (let c = 0; c < tracks.length; c++) {
      from.row = this.ringRows[c]!;
      to.at = c * this.channelStride;
      let observed = 0;
      for (let cell = start; cell < start + cells; cell++) {
        if (!Number.isNaN(this.#cell(c, cell))) observed++;
      }
      this.observed[c] = observed;
      this.#latest[c] = this.#findLatest(c, start + cells);
      this.missing[c] = this.#fill(from, to, observed);
    }
  }

  /** The latest observed cell before `end` that matters. */
  #findLatest(c: number, end: number): number {
    const from = Math.max(this.neededFrom, this.#ring.base);
    for (let cell = end - 1; cell >= from; cell--) {
      if (!Number.isNaN(this.#cell(c, cell))) return cell;
    }
    return Number.NEGATIVE_INFINITY;
  }

  #fill(from: ChannelCells, to: ChannelOut, observed: number): number {
    switch (this.#method) {
      case LAST:
        return fillLast(from, to, this.#reach);
      case LINEAR:
        return fillLinear(from, to, this.#reach);
      case CONSTANT:
        return fillConstant(from, to, this.#constant);
      default:
        copyCells(from, to);
        return from.cells - observed;
    }
  }

  /** What the ring holds in a cell; NaN where nothing was observed. */
  #cell(c: number, cell: number): number {
    return this.#ring.values[this.ringRows[c]! + this.#ring.place(cell)]!;
  }

  /** Place in the buffer of cell `start + t`. */
  #at(c: number, t: number): number {
    return this.base + t * this.timeStride + c * this.channelStride;
  }

  /** A channel that has, or gets, a gap loses and gains this many cells. `start` and `base` are still those of before. */
  step(c: number, stepCells: number): void {
    const { cells } = this.#plan;
    if (this.observed[c] === cells) this.#latest[c] = this.start + cells - 1;
    for (let t = 0; t < stepCells; t++) this.#expire(c, t);
    for (let t = cells; t < cells + stepCells; t++) this.#append(c, t, this.start + stepCells);
  }

  /** The window loses its first cell, the one at `t`. */
  #expire(c: number, t: number): void {
    const { start } = this;
    if (Number.isNaN(this.#cell(c, start + t))) {
      if (Number.isNaN(this.data[this.#at(c, t)])) this.missing[c] = this.missing[c]! - 1;
      return;
    }
    this.observed[c] = this.observed[c]! - 1;
    if (this.#method !== LINEAR) return;
    // What was interpolated from it on is missing now.
    const until = Math.min(t + this.#reach, this.#plan.cells - 1);
    let next = t + 1;
    while (next <= until && Number.isNaN(this.#cell(c, start + next))) next++;
    if (next > until) return;
    for (let gap = t + 1; gap < next; gap++) this.data[this.#at(c, gap)] = Number.NaN;
    this.missing[c] = this.missing[c]! + next - t - 1;
  }

  /** The window gains the cell at `t`. */
  #append(c: number, t: number, firstKept: number): void {
    const cell = this.start + t;
    const at = this.#at(c, t);
    const value = this.#cell(c, cell);
    const latest = this.#latest[c]!;
    if (!Number.isNaN(value)) {
      this.data[at] = value;
      this.observed[c] = this.observed[c]! + 1;
      this.#latest[c] = cell;
      if (this.#method === LINEAR && latest >= firstKept) this.#interpolate(c, latest, cell);
    } else if (this.#method === CONSTANT) {
      this.data[at] = this.#constant;
    } else if (this.#method === LAST && cell - latest <= this.#reach) {
      this.data[at] = this.#cell(c, latest);
    } else {
      this.data[at] = Number.NaN;
      this.missing[c] = this.missing[c]! + 1;
    }
  }

  /** Fills the cells between two observed ones, if they are near enough. */
  #interpolate(c: number, from: number, to: number): void {
    const apart = to - from;
    if (apart < 2 || apart > this.#reach) return;
    const first = this.#cell(c, from);
    const rise = this.#cell(c, to) - first;
    for (let n = 1; n < apart; n++) {
      this.#put(c, from + n - this.start, first + rise * (n / apart));
    }
  }

  /** Writes a number where there may have been none. */
  #put(c: number, t: number, value: number): void {
    const at = this.#at(c, t);
    if (Number.isNaN(this.data[at])) this.missing[c] = this.missing[c]! - 1;
    this.data[at] = value;
  }

  /** Takes over what a late sample made of a cell before the window's end. */
  amend(c: number, cell: number, wasMissing: boolean): void {
    const { cells } = this.#plan;
    const t = cell - this.start;
    if (this.observed[c]! < cells && cell > this.#latest[c]!) this.#latest[c] = cell;
    if (t >= 0 && wasMissing) this.observed[c] = this.observed[c]! + 1;
    if (this.#method === LAST) {
      this.#amendLast(c, cell);
      return;
    }
    this.#put(c, t, this.#cell(c, cell));
    if (this.#method !== LINEAR) return;
    const from = Math.max(cell - this.#reach, this.start);
    const until = Math.min(cell + this.#reach, this.start + cells - 1);
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
    const until = Math.min(cell + this.#reach, this.start + this.#plan.cells - 1);
    for (let here = cell; here <= until; here++) {
      if (here > cell && !Number.isNaN(this.#cell(c, here))) return;
      if (here >= this.start) this.#put(c, here - this.start, value);
    }
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    return this.data.byteLength + this.observed.length * 20;
  }
}
