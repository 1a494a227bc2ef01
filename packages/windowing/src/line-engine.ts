/**
 * One line: its rings, its windows, its watermark. Takes samples one by one in order of arrival, judges each window when
 * the watermark reaches its end, and judges it again when late samples changed it while it was open.
 *
 * Time comes in with the samples (`outOfOrderMs` behind the latest) or from outside (`advanceTo`). Every step can be
 * interrupted: where the tensor sink is full, `settle` and `ingest` return and go on from there when called again.
 *
 * Invariant: a window end is judged, or empty, exactly if it is at most the watermark.
 */
import { assert } from '@windrow/core';
import { CellAggregator } from './cell-aggregator.ts';
import { CellRing } from './cell-ring.ts';
import { RingState } from './internal/ring-state.ts';
import { rejudge } from './internal/rejudge.ts';
import type { LineSamples } from './line-samples.ts';
import type { LinePlan, RingPlan, WindowPlan } from './plan.ts';
import type { TensorSink } from './tensor-sink.ts';
import { VERDICTS } from './verdict.ts';
import type { EndRange } from './end-range.ts';
import { COMPLETE, EMPTY, WindowState } from './window-state.ts';

export interface LineOptions {
  /** How far the watermark stays behind the latest sample; null: it is moved by `advanceTo` alone. */
  readonly outOfOrderMs: number | null;
  /** Samples may be up to this far past the watermark (exclusive). */
  readonly aheadMs: number;
  readonly range: EndRange;
}

export class LineEngine {
  readonly plan: LinePlan;
  readonly windows: readonly WindowState[];
  /** Slots of the line's metrics, by series. */
  readonly seriesSlots: readonly number[];
  readonly #rings: readonly RingState[];
  readonly #outOfOrderMs: number | null;
  /** Tracks of series `s`: `#useRing` and `#useTrack` at `[#useStart[s], #useStart[s + 1])`. */
  readonly #useStart: Int32Array;
  readonly #useRing: Int32Array;
  readonly #useTrack: Int32Array;
  /**
   * The only ring, where every series has one track in it and every sample is needed by some window: then samples can be taken in
   * runs, and `#useTrack` is indexed by series.
   */
  readonly #easyRing: RingState | null;
  #latestMs = Number.NEGATIVE_INFINITY;
  #watermarkMs = Number.NEGATIVE_INFINITY;
  #goalMs = Number.NEGATIVE_INFINITY;
  #nextDueMs = Number.NEGATIVE_INFINITY;

  constructor(plan: LinePlan, options: LineOptions) {
    this.plan = plan;
    this.#outOfOrderMs = options.outOfOrderMs;
    const rings = plan.rings.map((ring) =>
      makeRing(
        ring,
        plan.windows.filter((w) => plan.rings[w.ring] === ring),
        options.aheadMs,
      ),
    );
    this.windows = plan.windows.map(
      (window) => new WindowState(window, rings[window.ring]!.ring, options.range),
    );
    this.#rings = rings.map(
      (aggregator, ring) =>
        new RingState(
          aggregator,
          this.windows.filter((w) => w.plan.ring === ring),
          plan.rings[ring]!.tracks.map((track) => track.windows.map((w) => this.windows[w]!)),
        ),
    );
    const uses = usesBySlot(plan);
    this.seriesSlots = [...uses.keys()];
    const all = [...uses.values()];
    this.#useStart = new Int32Array(all.length + 1);
    for (const [series, tracks] of all.entries()) {
      this.#useStart[series + 1] = this.#useStart[series]! + tracks.length;
    }
    this.#useRing = Int32Array.from(all.flat(), (use) => use.ring);
    this.#useTrack = Int32Array.from(all.flat(), (use) => use.track);
    const easy =
      rings.length === 1 &&
      all.every((tracks) => tracks.length === 1) &&
      this.windows.every((window) => window.stepMs <= window.reachMs);
    this.#easyRing = easy ? this.#rings[0]! : null;
  }

  /** Nothing on time is earlier than this; -Infinity before the first sample. */
  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  /** Where the watermark is on its way to: `settle` takes it there. Never moves back. */
  advanceTo(watermarkMs: number): void {
    if (watermarkMs > this.#goalMs) this.#goalMs = watermarkMs;
  }

  /** Whether `settle` has something to do. */
  get unsettled(): boolean {
    return this.#goalMs > this.#watermarkMs || this.#nextDueMs <= this.#watermarkMs;
  }

  /**
   * Brings the watermark to where it is going: first judges again the windows that late samples changed, then judges those
   * that become due. False where the sink is full.
   */
  settle(sink: TensorSink): boolean {
    if (this.#goalMs > this.#watermarkMs) {
      for (const ring of this.#rings) if (!rejudge(ring, sink)) return false;
      this.#moveWatermark();
      if (this.#nextDueMs === Number.NEGATIVE_INFINITY) this.#nextDueMs = this.#earliestDue();
    }
    if (this.#nextDueMs > this.#watermarkMs) return true;
    for (const ring of this.#rings) if (!this.#judgeDue(ring, sink)) return false;
    this.#nextDueMs = this.#earliestDue();
    return true;
  }

  #moveWatermark(): void {
    this.#watermarkMs = this.#goalMs;
    for (const ring of this.#rings) ring.watermarkMoved(this.#watermarkMs);
  }

  #earliestDue(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const window of this.windows) {
      if (window.nextEndMs <= window.range.untilMs) due = Math.min(due, window.nextEndMs);
    }
    return due;
  }

  /** Judges what is due on a ring, as far as its cells reach at a time. */
  #judgeDue(state: RingState, sink: TensorSink): boolean {
    for (;;) {
      const reachMs = Math.min(this.#watermarkMs, state.limitMs);
      for (const window of state.windows) {
        if (!judgeUntil(window, reachMs, this.#watermarkMs, sink)) return false;
      }
      if (reachMs === this.#watermarkMs || state.windows.every((w) => this.#isPast(w))) return true;
      state.moveOn(this.#watermarkMs);
    }
  }

  #isPast(window: WindowState): boolean {
    return window.nextEndMs > Math.min(this.#watermarkMs, window.range.untilMs);
  }

  /**
   * Takes samples `[from, to)`; returns the first one not taken, which is `to` unless the sink is full. `settle` must have
   * succeeded before.
   */
  ingest(samples: LineSamples, from: number, to: number, sink: TensorSink): number {
    const { series, timestampsMs, values, verdicts } = samples;
    const outOfOrderMs = this.#outOfOrderMs;
    for (let i = from; i < to; i++) {
      if (this.#easyRing !== null) {
        i = this.#takeRun(this.#easyRing, samples, i, to);
        if (i === to) break;
      }
      const timestampMs = timestampsMs[i]!;
      if (outOfOrderMs !== null && timestampMs > this.#latestMs) {
        this.#latestMs = timestampMs;
        this.advanceTo(timestampMs - outOfOrderMs);
        if (this.unsettled && !this.settle(sink)) return i;
      }
      verdicts[i] = this.#take(series[i]!, timestampMs, values[i]!);
    }
    return to;
  }

  /**
   * Takes a run of samples that neither are late nor make any window due, so that the watermark may follow them at the end of
   * the run. It stops where late samples wait for the watermark to move.
   */
  #takeRun(ring: RingState, samples: LineSamples, from: number, to: number): number {
    const outOfOrderMs = this.#outOfOrderMs;
    if (outOfOrderMs === null) {
      return ring.takeRun(samples, this.#useTrack, { from, to }, Number.POSITIVE_INFINITY);
    }
    const waiting = this.windows.some((window) => window.dirty.count > 0);
    const stopMs = waiting ? this.#latestMs + 1 : this.#nextDueMs + outOfOrderMs;
    const end = ring.takeRun(samples, this.#useTrack, { from, to }, stopMs);
    const { latestMs } = ring.aggregator;
    if (latestMs > this.#latestMs) {
      this.#latestMs = latestMs;
      this.advanceTo(latestMs - outOfOrderMs);
      this.#moveWatermark();
    }
    return end;
  }

  #take(series: number, timestampMs: number, value: number): number {
    const end = this.#useStart[series + 1]!;
    let verdict = VERDICTS;
    for (let use = this.#useStart[series]!; use < end; use++) {
      const ring = this.#rings[this.#useRing[use]!]!;
      const own = ring.take(this.#useTrack[use]!, timestampMs, value);
      if (own < verdict) verdict = own;
    }
    return verdict;
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    return this.#rings.reduce((sum, ring) => sum + ring.sizeBytes, 0);
  }
}

/** Judges a definition's windows up to `reachMs`; passes over those that cannot hold anything. */
function judgeUntil(
  window: WindowState,
  reachMs: number,
  watermarkMs: number,
  sink: TensorSink,
): boolean {
  const { ring, stepMs, range } = window;
  const { resolutionMs } = ring;
  const untilMs = Math.min(reachMs, range.untilMs);
  // Nothing before the ring's base was ever observed, or its windows are judged.
  const firstMs = ring.newest === Number.NEGATIVE_INFINITY ? watermarkMs : ring.base * resolutionMs;
  if (window.nextEndMs <= firstMs) window.nextEndMs = window.firstEndAfter(firstMs);
  const lastMs = (ring.newest + 1) * resolutionMs + window.plan.definition.windowMs;
  while (window.nextEndMs <= untilMs) {
    const endMs = window.nextEndMs;
    if (endMs >= lastMs) {
      window.nextEndMs =
        watermarkMs === Number.POSITIVE_INFINITY
          ? Number.POSITIVE_INFINITY
          : window.firstEndAfter(watermarkMs);
      return true;
    }
    let verdict = window.coverage(endMs);
    if (verdict === COMPLETE) {
      const row = sink.reserve(window.plan.target);
      if (row === null) return false;
      verdict = window.assemble(endMs, row);
      if (verdict === COMPLETE) sink.commit(window.plan.target, endMs);
    }
    if (verdict !== EMPTY) window.count(endMs, verdict);
    window.nextEndMs = endMs + stepMs;
  }
  return true;
}

function makeRing(plan: RingPlan, windows: readonly WindowPlan[], aheadMs: number): CellAggregator {
  const cellsOf = (ms: number): number => Math.ceil(ms / plan.resolutionMs);
  const reach = windows.map(
    ({ definition, cells, lookbackCells }) =>
      cells +
      lookbackCells +
      cellsOf(definition.stepMs) +
      cellsOf(definition.allowedLatenessMs) +
      2,
  );
  const span = Math.max(...reach) + cellsOf(aheadMs) + 1;
  assert(Number.isSafeInteger(span), 'a ring is finite');
  const ring = new CellRing(
    plan.resolutionMs,
    plan.tracks.map((track) => track.paneCells),
    span,
  );
  return new CellAggregator(
    ring,
    plan.tracks.map((track) => track.aggregate),
  );
}

function usesBySlot(plan: LinePlan): Map<number, { ring: number; track: number }[]> {
  const uses = new Map<number, { ring: number; track: number }[]>();
  for (const [ring, { tracks }] of plan.rings.entries()) {
    for (const [track, { slot }] of tracks.entries()) {
      const known = uses.get(slot);
      if (known === undefined) uses.set(slot, [{ ring, track }]);
      else known.push({ ring, track });
    }
  }
  return uses;
}
