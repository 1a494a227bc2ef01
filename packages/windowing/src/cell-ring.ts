/**
 * Cells of all tracks of one resolution, for a span of time that moves forward: the seam between the two stages.
 *
 * Layout: `values[track * capacity + cell % capacity]`, float64; a cell without an observation holds the quiet NaN
 * (observed values are finite or, where a sum overflowed, infinite; never NaN). Cells `[base, base + capacity)` are
 * held. Beside the cells stands, for every pane, how many of its cells are observed, so that coverage and completeness
 * of a window are sums over its panes and a window without gaps is a plain copy.
 *
 * It knows nothing of samples (that is the aggregator's side, stage 1) nor of windows (stage 2). State bytes: tracks *
 * capacity * 8, and 4 for every pane.
 */
import { assert } from '@windrow/core';
import { greatestCommonDivisor } from './plan.ts';

/** A cell that nothing has been observed in. */
const MISSING = Number.NaN;

/** The pane counts of a ring in which every track has panes of one length, the same for all. */
export interface UniformPanes {
  /** `counts[track * perTrack + floor(place / paneCells)]` */
  readonly counts: Int32Array;
  readonly perTrack: number;
  readonly paneCells: number;
}

export class CellRing {
  readonly resolutionMs: number;
  readonly trackCount: number;
  /** Cells held; a multiple of every track's pane. */
  readonly capacity: number;
  readonly values: Float64Array;
  /** First cell held; -Infinity before the first `moveTo`. Always a multiple of `alignment`. */
  base: number = Number.NEGATIVE_INFINITY;
  /** `base + capacity`: the first cell beyond. */
  limit: number = Number.NEGATIVE_INFINITY;
  /** Greatest cell ever observed; -Infinity if none. */
  newest: number = Number.NEGATIVE_INFINITY;
  /** How often a cell that had been passed by the watermark came to be observed, or was put back: counts made before are void. */
  lateCells: number = 0;
  /** The multiple of `capacity` to subtract from a cell for its place in the ring (or one capacity more). */
  #cycle = 0;
  /** Least common multiple of the panes: bases are multiples of it, so that no pane is held in part. */
  readonly alignment: number;
  /** By track: the first of its pane counts; their lengths, starts in `#panes`, and tables follow by pane count. */
  readonly #firstPane: Int32Array;
  readonly #paneCells: Int32Array;
  readonly #paneStart: Int32Array;
  /** Pane of a place in the ring, one table for each length of pane. */
  readonly #paneOf: readonly Int32Array[];
  readonly #panes: Int32Array;
  /** Whether every track has panes of one length only. */
  readonly #isPlain: boolean;
  /** null where tracks have different panes. */
  readonly uniform: UniformPanes | null;
  // Values that cells had before late samples changed them; see `rememberBefore`.
  readonly #undoAt: number[] = [];
  readonly #undoValue: number[] = [];
  readonly #undoTrack: number[] = [];
  /** A bit for each cell that is remembered; made with the first. */
  #undone: Uint8Array | null = null;

  /**
   * @param panes for every track the lengths of its panes, in cells
   * @param spanCells how many consecutive cells must fit, whatever the alignment
   */
  constructor(resolutionMs: number, panes: readonly (readonly number[])[], spanCells: number) {
    assert(spanCells > 0 && panes.length > 0, 'a ring holds at least one cell of one track');
    this.resolutionMs = resolutionMs;
    this.trackCount = panes.length;
    const shared = sharedPanes(panes, spanCells);
    this.alignment = shared.alignment;
    this.capacity = Math.ceil((spanCells + shared.alignment) / shared.alignment) * shared.alignment;
    this.values = new Float64Array(this.trackCount * this.capacity).fill(MISSING);
    this.#firstPane = new Int32Array(this.trackCount + 1);
    for (const [track, lengths] of shared.panes.entries()) {
      this.#firstPane[track + 1] = this.#firstPane[track]! + lengths.length;
    }
    const lengths = shared.panes.flat();
    this.#isPlain = lengths.length === this.trackCount;
    this.#paneCells = Int32Array.from(lengths);
    this.#paneStart = new Int32Array(lengths.length);
    const tables = new Map<number, Int32Array>();
    let start = 0;
    this.#paneOf = lengths.map((cells, pane) => {
      this.#paneStart[pane] = start;
      start += this.capacity / cells;
      const known = tables.get(cells);
      if (known !== undefined) return known;
      const table = Int32Array.from({ length: this.capacity }, (_, i) => Math.floor(i / cells));
      tables.set(cells, table);
      return table;
    });
    this.#panes = new Int32Array(start);
    const [paneCells = 1, ...others] = lengths;
    const isUniform = this.#isPlain && others.every((length) => length === paneCells);
    const perTrack = this.capacity / paneCells;
    this.uniform = isUniform ? { counts: this.#panes, perTrack, paneCells } : null;
  }

  /** Place of a held cell among its track's `capacity` places. */
  place(cell: number): number {
    const at = cell - this.#cycle;
    return at >= this.capacity ? at - this.capacity : at;
  }

  /** Gives a cell that was missing its first value. */
  observe(track: number, place: number, cell: number, value: number): void {
    this.values[track * this.capacity + place] = value;
    this.#countPane(track, place, 1);
    if (cell > this.newest) this.newest = cell;
  }

  /**
   * Observed cells among `[cell, cell + cells)`, which are held and whole panes.
   * @param pane which of the track's panes to add up; where the ring shares one among all tracks it is that
   */
  observed(track: number, pane: number, cell: number, cells: number): number {
    const first = this.#firstPane[track]!;
    const index = Math.min(first + pane, this.#firstPane[track + 1]! - 1);
    const paneCells = this.#paneCells[index]!;
    const paneCount = this.capacity / paneCells;
    const start = this.#paneStart[index]!;
    const panes = this.#panes;
    let at = this.place(cell) / paneCells;
    let count = 0;
    for (let n = cells / paneCells; n > 0; n--) {
      count += panes[start + at]!;
      if (++at === paneCount) at = 0;
    }
    return count;
  }

  /** The cells that all panes of a track end with: the greatest common divisor of their lengths. */
  paneCells(track: number): number {
    return this.#paneCells
      .subarray(this.#firstPane[track], this.#firstPane[track + 1])
      .reduce(greatestCommonDivisor);
  }

  /**
   * Forgets the cells before `cell` (rounded down to the alignment); those that come in their place are missing.
   * Never moves back.
   */
  moveTo(cell: number): void {
    const base = Math.floor(cell / this.alignment) * this.alignment;
    if (base <= this.base) return;
    const forgotten = base - this.base;
    if (forgotten >= this.capacity) {
      this.values.fill(MISSING);
      this.#panes.fill(0);
    } else {
      this.#clear(this.place(this.base), forgotten);
    }
    this.base = base;
    this.limit = base + this.capacity;
    this.#cycle = Math.floor(base / this.capacity) * this.capacity;
  }

  #clear(from: number, cells: number): void {
    const upper = Math.min(from + cells, this.capacity);
    const wrapped = from + cells - upper;
    for (let track = 0; track < this.trackCount; track++) {
      const row = track * this.capacity;
      this.values.fill(MISSING, row + from, row + upper);
      if (wrapped > 0) this.values.fill(MISSING, row, row + wrapped);
    }
    for (const [pane, paneCells] of this.#paneCells.entries()) {
      const start = this.#paneStart[pane]!;
      this.#panes.fill(0, start + from / paneCells, start + upper / paneCells);
      if (wrapped > 0) this.#panes.fill(0, start, start + wrapped / paneCells);
    }
  }

  #countPane(track: number, place: number, by: number): void {
    const first = this.#firstPane[track]!;
    const end = this.#isPlain ? first + 1 : this.#firstPane[track + 1]!;
    for (let pane = first; pane < end; pane++) {
      const at = this.#paneStart[pane]! + this.#paneOf[pane]![place]!;
      this.#panes[at] = this.#panes[at]! + by;
    }
  }

  /**
   * Keeps what a cell held before a late sample changed it, once a cell, until `forgetBefore`: a judged window is
   * scored again only if its tensor changed, and this tells what it was at no cost for samples that are in time.
   */
  rememberBefore(track: number, place: number, value: number): void {
    const at = track * this.capacity + place;
    const undone = (this.#undone ??= new Uint8Array((this.values.length >> 3) + 1));
    const bit = 1 << (at & 7);
    if ((undone[at >> 3]! & bit) !== 0) return;
    undone[at >> 3] = undone[at >> 3]! | bit;
    this.#undoAt.push(at);
    this.#undoTrack.push(track);
    this.#undoValue.push(value);
  }

  /** Exchanges the cells' values with the remembered ones; a second call exchanges them back. */
  swapBefore(): void {
    this.lateCells++;
    for (let i = 0; i < this.#undoAt.length; i++) {
      const at = this.#undoAt[i]!;
      const track = this.#undoTrack[i]!;
      const now = this.values[at]!;
      const before = this.#undoValue[i]!;
      this.values[at] = before;
      this.#undoValue[i] = now;
      const by = (before === before ? 1 : 0) - (now === now ? 1 : 0);
      if (by !== 0) this.#countPane(track, at - track * this.capacity, by);
    }
  }

  /** Calls `visit` for every cell that is remembered. */
  eachBefore(visit: (track: number, cell: number, before: number) => void): void {
    const basePlace = this.place(this.base);
    for (const [i, at] of this.#undoAt.entries()) {
      const track = this.#undoTrack[i]!;
      const ahead = at - track * this.capacity - basePlace;
      const cell = this.base + (ahead < 0 ? ahead + this.capacity : ahead);
      visit(track, cell, this.#undoValue[i]!);
    }
  }

  forgetBefore(): void {
    const undone = this.#undone;
    if (undone === null || this.#undoAt.length === 0) return;
    for (const at of this.#undoAt) undone[at >> 3] = 0;
    this.#undoAt.length = 0;
    this.#undoTrack.length = 0;
    this.#undoValue.length = 0;
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    const undone = this.#undoAt.length * 24 + (this.#undone?.byteLength ?? 0);
    return this.values.byteLength + this.#panes.byteLength + undone;
  }
}

/**
 * Panes must divide the ring. Where their least common multiple is far beyond the span (7 s and 60 s and 11 s), all
 * tracks take the greatest common divisor instead: a sum over a few more panes costs less than a ring of that length.
 */
function sharedPanes(
  panes: readonly (readonly number[])[],
  spanCells: number,
): { panes: readonly (readonly number[])[]; alignment: number } {
  let multiple = 1;
  for (const cells of panes.flat()) {
    multiple = (multiple / greatestCommonDivisor(multiple, cells)) * cells;
    if (multiple > spanCells) {
      const shared = panes.flat().reduce(greatestCommonDivisor);
      return { panes: panes.map(() => [shared]), alignment: shared };
    }
  }
  return { panes, alignment: multiple };
}
