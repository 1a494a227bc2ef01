/**
 * Stage 2 for one definition: which window is due next, what became of the judged ones, and the making of a tensor.
 *
 * A window ends at `end` (ms, a multiple of the step) and covers `[end - W, end)`. It is judged in this order: *empty*,
 * *below coverage*, *incomplete*, else scored.
 */
import type { TensorRow } from '@windrow/core';
import type { CellRing } from './cell-ring.ts';
import {
  copyCells,
  fillConstant,
  fillLast,
  fillLinear,
  type ChannelCells,
  type ChannelOut,
} from './fill.ts';
import type { EndRange } from './end-range.ts';
import { CrawlingTensor } from './internal/crawling-tensor.ts';
import { DirtyWindows } from './internal/dirty-windows.ts';
import type { WindowPlan } from './plan.ts';
import { BELOW_COVERAGE, COMPLETE, EMPTY, INCOMPLETE } from './window-verdict.ts';

/** How many windows of a definition were judged how. */
export interface WindowCounts {
  readonly windows: number;
  /** Tensors handed on for a first score; the scorer may still find that the result is not finite. */
  readonly complete: number;
  readonly empty: number;
  readonly belowCoverage: number;
  readonly incomplete: number;
  /** Tensors handed on again because late samples changed them. */
  readonly rescored: number;
}

/** The state of a definition's windows as plain data. */
export interface SavedWindows {
  readonly sinceMs: number;
  readonly nextEndMs: number;
  readonly judged: readonly number[];
  readonly rescored: number;
  readonly firstEndMs: number;
  readonly lastEndMs: number;
  readonly dirtyEndsMs: readonly number[];
}

/** Cells that are kept beyond what windows still to be judged need: a step, where windows touch. */
export function keptCells({ definition }: WindowPlan): number {
  const { stepMs, windowMs, resolutionMs } = definition;
  return stepMs <= windowMs ? stepMs / resolutionMs : 0;
}

export class WindowState {
  readonly plan: WindowPlan;
  /** Index of the definition among all targets; another after the definitions changed. */
  target: number;
  readonly ring: CellRing;
  readonly stepMs: number;
  readonly latenessMs: number;
  /** `W + lookback`: how long before its end a window may need samples. */
  readonly reachMs: number;
  /**
   * By how much longer cells are kept: the window judged last stays whole, for who looks at it, and for a tensor that crawls. Windows with
   * gaps between them are not kept.
   */
  readonly keptMs: number;
  readonly range: EndRange;
  /** Windows that end then or before are none of its own: the definition came later. Late samples do not make them either. */
  sinceMs: number = Number.NEGATIVE_INFINITY;
  /** End of the next window to be judged; -Infinity before the line's first sample. */
  nextEndMs: number;
  readonly dirty: DirtyWindows;
  readonly #judged: Float64Array = new Float64Array(4);
  #rescored = 0;
  #firstEndMs = Number.POSITIVE_INFINITY;
  #lastEndMs = Number.NEGATIVE_INFINITY;
  /** By channel: observed cells of the window that ends at `#countedMs`, when the ring had seen `#countedLate` late cells. */
  readonly #observed: Int32Array;
  #countedMs = Number.NaN;
  #countedLate = 0;
  /** The latest window's tensor, where it is handed on as a view; made when it is first asked for. */
  #crawling: CrawlingTensor | null = null;
  readonly #from: ChannelCells;
  readonly #to: ChannelOut = { data: new Float64Array(0), at: 0, stride: 1 };

  constructor(plan: WindowPlan, ring: CellRing, range: EndRange) {
    const { definition } = plan;
    this.plan = plan;
    this.target = plan.target;
    this.ring = ring;
    this.range = range;
    this.stepMs = definition.stepMs;
    this.latenessMs = definition.allowedLatenessMs;
    this.reachMs = definition.windowMs + plan.lookbackCells * definition.resolutionMs;
    this.keptMs = keptCells(plan) * definition.resolutionMs;
    this.nextEndMs =
      range.afterMs === Number.NEGATIVE_INFINITY
        ? Number.NEGATIVE_INFINITY
        : this.firstEndAfter(range.afterMs);
    this.dirty = new DirtyWindows(this.stepMs, this.latenessMs);
    this.#observed = new Int32Array(plan.tracks.length);
    this.#from = {
      values: ring.values,
      row: 0,
      capacity: ring.capacity,
      first: 0,
      cells: plan.cells,
    };
  }

  /** Length of the tensor: C * T. */
  get tensorLength(): number {
    return this.plan.tracks.length * this.plan.cells;
  }

  /** The first window end after `ms`. */
  firstEndAfter(ms: number): number {
    return (Math.floor(ms / this.stepMs) + 1) * this.stepMs;
  }

  /**
   * End of the last window that needs the cell that starts at `cellMs`; where the step is longer than what windows need
   * there may be none, and the cell is kept as long as it lasts itself.
   */
  lastEndNeeding(cellMs: number): number {
    const end = Math.floor((cellMs + this.reachMs) / this.stepMs) * this.stepMs;
    return Math.max(end, cellMs + this.ring.resolutionMs);
  }

  /** The earliest cell that windows still to be judged, or open, may need. */
  neededFrom(watermarkMs: number): number {
    const { resolutionMs } = this.ring;
    const openMs = watermarkMs - this.latenessMs;
    const end = Math.min(this.nextEndMs, this.firstEndAfter(openMs));
    const from = Math.min(end - this.reachMs - this.keptMs, openMs);
    const inRange = this.firstEndAfter(this.range.afterMs) - this.reachMs;
    return Math.floor((inRange > from ? inRange : from) / resolutionMs);
  }

  /**
   * Judges the window by what is observed in it; COMPLETE means that its cells must be looked at by `assemble`.
   * Its cells must be held by the ring.
   */
  coverage(endMs: number): number {
    const { cells, definition } = this.plan;
    this.#count(endMs / this.ring.resolutionMs - cells, endMs);
    let least = cells;
    let most = 0;
    for (const observed of this.#observed) {
      if (observed < least) least = observed;
      if (observed > most) most = observed;
    }
    if (most === 0) return EMPTY;
    if (least / cells < definition.minCoverage) return BELOW_COVERAGE;
    if (least < cells && definition.fill.method === 'none' && !definition.allowMissing) {
      return INCOMPLETE;
    }
    return COMPLETE;
  }

  /**
   * Counts the observed cells of the window that starts with `first`, by channel. After the window one step before, only the
   * cells that came and went are looked at.
   */
  #count(first: number, endMs: number): void {
    const { cells, tracks, panes } = this.plan;
    const { ring } = this;
    const step = this.stepMs / ring.resolutionMs;
    const goesOn =
      endMs === this.#countedMs + this.stepMs &&
      this.#countedLate === ring.lateCells &&
      step < cells &&
      first - step >= ring.base;
    for (let c = 0; c < tracks.length; c++) {
      const track = tracks[c]!;
      const pane = panes[c]!;
      this.#observed[c] = goesOn
        ? this.#observed[c]! +
          ring.observed(track, pane, first + cells - step, step) -
          ring.observed(track, pane, first - step, step)
        : ring.observed(track, pane, first, cells);
    }
    this.#countedMs = endMs;
    this.#countedLate = ring.lateCells;
  }

  /** Writes the tensor of the window that `coverage` was last asked about; COMPLETE, or INCOMPLETE where a cell stays missing. */
  assemble(endMs: number, row: TensorRow): number {
    const { tracks, definition } = this.plan;
    this.#begin(endMs, row);
    for (let c = 0; c < tracks.length; c++) {
      if (this.#assembleChannel(c, row.offset) > 0 && !definition.allowMissing) return INCOMPLETE;
    }
    return COMPLETE;
  }

  #begin(endMs: number, { data }: TensorRow): void {
    const { cells, tracks, definition } = this.plan;
    this.#from.first = this.ring.place(endMs / this.ring.resolutionMs - cells);
    this.#to.data = data;
    this.#to.stride = definition.layout === 'time_major' ? tracks.length : 1;
  }

  /** Returns how many cells stay missing. */
  #assembleChannel(c: number, offset: number): number {
    const { cells, tracks, definition } = this.plan;
    this.#from.row = tracks[c]! * this.ring.capacity;
    this.#to.at = offset + (definition.layout === 'time_major' ? c : c * cells);
    return this.#observed[c] === cells ? this.#copy() : this.#fill(this.#observed[c]!);
  }

  /** Writes a tensor whatever is missing, and says what the window would be judged to be now. Its cells are held. */
  look(endMs: number, row: TensorRow): number {
    const verdict = this.coverage(endMs);
    // What was counted may change before the window is judged.
    this.#countedMs = Number.NaN;
    this.#begin(endMs, row);
    let missing = 0;
    for (let c = 0; c < this.plan.tracks.length; c++) {
      missing += this.#assembleChannel(c, row.offset);
    }
    const isWhole = missing === 0 || this.plan.definition.allowMissing;
    return verdict === COMPLETE && !isWhole ? INCOMPLETE : verdict;
  }

  /** `coverage`, and `assemble` where that finds nothing against it. */
  judge(endMs: number, row: TensorRow): number {
    const verdict = this.coverage(endMs);
    return verdict === COMPLETE ? this.assemble(endMs, row) : verdict;
  }

  /** The tensor that goes on from window to window. */
  get crawling(): CrawlingTensor {
    this.#crawling ??= new CrawlingTensor(this.plan, this.ring);
    return this.#crawling;
  }

  /** A late sample changed a cell. */
  noteLate(track: number, cell: number, wasMissing: boolean): void {
    this.#crawling?.noteLate(track, cell, wasMissing);
  }

  #copy(): number {
    copyCells(this.#from, this.#to);
    return 0;
  }

  #fill(observed: number): number {
    const { fill, resolutionMs } = this.plan.definition;
    switch (fill.method) {
      case 'last':
        return fillLast(this.#from, this.#to, this.plan.lookbackCells);
      case 'linear':
        return fillLinear(this.#from, this.#to, Math.floor(fill.maxGapMs / resolutionMs));
      case 'constant':
        return fillConstant(this.#from, this.#to, fill.value);
      case 'none':
        copyCells(this.#from, this.#to);
        return this.plan.cells - observed;
    }
  }

  /** Counts the first judgement of a window. Empty ones are counted by what lies between the others. */
  count(endMs: number, verdict: number): void {
    if (verdict === EMPTY) return;
    this.#judged[verdict] = this.#judged[verdict]! + 1;
    if (endMs < this.#firstEndMs) this.#firstEndMs = endMs;
    if (endMs > this.#lastEndMs) this.#lastEndMs = endMs;
  }

  /** Counts a judgement that replaces an earlier one. */
  recount(endMs: number, before: number, verdict: number): void {
    if (before === verdict) return;
    if (before !== EMPTY) this.#judged[before] = this.#judged[before]! - 1;
    this.count(endMs, verdict);
  }

  countRescored(): void {
    this.#rescored++;
  }

  /** Bytes of state beside the ring's, as allocated. */
  get sizeBytes(): number {
    return (this.#crawling?.sizeBytes ?? 0) + this.dirty.sizeBytes;
  }

  /** What is to be kept of it beside the cells. */
  save(): SavedWindows {
    return {
      sinceMs: this.sinceMs,
      nextEndMs: this.nextEndMs,
      judged: [...this.#judged],
      rescored: this.#rescored,
      firstEndMs: this.#firstEndMs,
      lastEndMs: this.#lastEndMs,
      dirtyEndsMs: this.dirty.all(),
    };
  }

  /** Goes on where another left off. */
  load(saved: SavedWindows): void {
    this.sinceMs = saved.sinceMs;
    this.nextEndMs = saved.nextEndMs;
    this.#judged.set(saved.judged);
    this.#rescored = saved.rescored;
    this.#firstEndMs = saved.firstEndMs;
    this.#lastEndMs = saved.lastEndMs;
    for (const endMs of saved.dirtyEndsMs) this.dirty.mark(endMs, endMs);
  }

  /**
   * What became of the windows. Where the range has an open end, the windows counted go from the first that was not empty
   * to the last.
   */
  counts(): WindowCounts {
    const after = this.range.afterMs;
    const until = this.range.untilMs;
    const first = Number.isFinite(after) ? this.firstEndAfter(after) : this.#firstEndMs;
    const last = Number.isFinite(until)
      ? Math.floor(until / this.stepMs) * this.stepMs
      : this.#lastEndMs;
    // Each end is a multiple of the step, and exactly so; their difference may be beyond the whole numbers of a float64.
    const windows = last >= first ? last / this.stepMs - first / this.stepMs + 1 : 0;
    const complete = this.#judged[COMPLETE]!;
    const belowCoverage = this.#judged[BELOW_COVERAGE]!;
    const incomplete = this.#judged[INCOMPLETE]!;
    return {
      windows,
      complete,
      empty: windows - complete - belowCoverage - incomplete,
      belowCoverage,
      incomplete,
      rescored: this.#rescored,
    };
  }
}
