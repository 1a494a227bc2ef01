/**
 * Stage 1 of one line: takes samples one by one in order of arrival into cells. What follows when the watermark moves is
 * given: windows are judged (one process), or panes are sent on (two).
 *
 * Time comes in with the samples (`outOfOrderMs` behind the latest) or from outside (`advanceTo`). Every step can be
 * interrupted: where the sink is full, `settle` and `ingest` return and go on from there when called again.
 */
import { SampleCounter } from '@windrow/core';
import type { LineState } from './internal/line-state.ts';
import type { RingState } from './internal/ring-state.ts';
import { LatenessHistogram } from './lateness-histogram.ts';
import type { LineSamples } from './line-samples.ts';
import type { LinePlan } from './plan.ts';
import { DROPPED_LATE, VERDICTS } from './verdict.ts';
import type { WindowState } from './window-state.ts';

/** Time comes from outside: nothing ends a run. */
const UNBOUNDED = {
  stopMs: Number.POSITIVE_INFINITY,
  latestMs: Number.POSITIVE_INFINITY,
  disorder: null,
};

export class SampleLine<Sink> {
  readonly #state: LineState;
  readonly #settle: (line: LineState, sink: Sink) => boolean;
  /** What became of the line's samples. */
  readonly counter: SampleCounter = new SampleCounter();
  /** By how much samples came after younger ones; live only. */
  readonly disorder: LatenessHistogram = new LatenessHistogram();
  /** For samples that were dropped late: the allowed lateness that would have kept them. */
  readonly tooLate: LatenessHistogram = new LatenessHistogram();
  /** When samples of the line arrived last, by the clock of `SampleStage.push`; -Infinity: not yet. */
  lastArrivalMs: number = Number.NEGATIVE_INFINITY;
  /** The latest timestamp when samples arrived before that, and when the one before it was passed. */
  #knownLatestMs = Number.NEGATIVE_INFINITY;
  #knownMovedMs = Number.NEGATIVE_INFINITY;
  /** Slots of the line's metrics, by series. */
  readonly seriesSlots: readonly number[];
  /** Tracks of series `s`: `#useRing` and `#useTrack` at `[#useStart[s], #useStart[s + 1])`. */
  readonly #useStart: Int32Array;
  readonly #useRing: Int32Array;
  readonly #useTrack: Int32Array;
  /**
   * The only ring, where every series has one track in it and every sample is needed by some window: then samples can be
   * taken in runs, and `#useTrack` is indexed by series.
   */
  readonly #easyRing: RingState | null;

  constructor(state: LineState, settle: (line: LineState, sink: Sink) => boolean) {
    this.#state = state;
    this.#settle = settle;
    const uses = usesBySlot(state.plan);
    this.seriesSlots = [...uses.keys()];
    const all = [...uses.values()];
    this.#useStart = new Int32Array(all.length + 1);
    for (const [series, tracks] of all.entries()) {
      this.#useStart[series + 1] = this.#useStart[series]! + tracks.length;
    }
    this.#useRing = Int32Array.from(all.flat(), (use) => use.ring);
    this.#useTrack = Int32Array.from(all.flat(), (use) => use.track);
    const easy =
      state.rings.length === 1 &&
      all.every((tracks) => tracks.length === 1) &&
      state.windows.every((window) => window.stepMs <= window.reachMs);
    this.#easyRing = easy ? state.rings[0]! : null;
  }

  /** The state behind it, for snapshots. */
  get state(): LineState {
    return this.#state;
  }

  get plan(): LinePlan {
    return this.#state.plan;
  }

  get windows(): readonly WindowState[] {
    return this.#state.windows;
  }

  /** Samples of the line arrive now; what came before was taken. */
  noteArrival(nowMs: number): void {
    this.#knownMovedMs = this.movedMs;
    this.#knownLatestMs = this.#state.latestMs;
    this.lastArrivalMs = nowMs;
  }

  /** When the latest sample came: since then none was later, and the watermark stands. -Infinity: not known. */
  get movedMs(): number {
    return this.#state.latestMs > this.#knownLatestMs ? this.lastArrivalMs : this.#knownMovedMs;
  }

  /** Nothing on time is earlier than this; -Infinity before the first sample. */
  get watermarkMs(): number {
    return this.#state.watermarkMs;
  }

  /** Where the watermark is to go: `settle` takes it there. It never moves back. */
  advanceTo(watermarkMs: number): void {
    this.#state.advanceTo(watermarkMs);
  }

  /** Whether `settle` has something to do. */
  get unsettled(): boolean {
    return this.#state.unsettled;
  }

  /** Brings the watermark to where it is going, with all that follows from it. False where the sink is full. */
  settle(sink: Sink): boolean {
    return this.#settle(this.#state, sink);
  }

  /**
   * Takes samples `[from, to)`; returns the first one not taken, which is `to` unless the sink is full. `settle` must have
   * succeeded before.
   */
  ingest(samples: LineSamples, from: number, to: number, sink: Sink): number {
    const { series, timestampsMs, values, verdicts } = samples;
    const state = this.#state;
    const { outOfOrderMs } = state;
    for (let i = from; i < to; i++) {
      // A run does not begin with a late sample.
      if (this.#easyRing !== null && timestampsMs[i]! >= state.watermarkMs) {
        i = this.#takeRun(this.#easyRing, samples, i, to);
        if (i === to) break;
      }
      const timestampMs = timestampsMs[i]!;
      if (outOfOrderMs !== null && timestampMs > state.latestMs) {
        state.latestMs = timestampMs;
        state.advanceTo(timestampMs - outOfOrderMs);
        if (state.unsettled && !this.settle(sink)) return i;
      } else if (timestampMs < state.latestMs) {
        this.disorder.add(state.latestMs - timestampMs);
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
    const state = this.#state;
    const { outOfOrderMs } = state;
    if (outOfOrderMs === null) {
      return ring.takeRun(samples, this.#useTrack, { from, to }, UNBOUNDED);
    }
    const stopMs = ring.hasLate ? state.latestMs + 1 : state.nextDueMs + outOfOrderMs;
    const bounds = { stopMs, latestMs: state.latestMs, disorder: this.disorder };
    const end = ring.takeRun(samples, this.#useTrack, { from, to }, bounds);
    const latestMs = ring.latestMsOfRun;
    if (latestMs > state.latestMs) {
      state.latestMs = latestMs;
      state.advanceTo(latestMs - outOfOrderMs);
      state.moveWatermark();
    }
    return end;
  }

  #take(series: number, timestampMs: number, value: number): number {
    const end = this.#useStart[series + 1]!;
    let verdict = VERDICTS;
    for (let use = this.#useStart[series]!; use < end; use++) {
      const ring = this.#state.rings[this.#useRing[use]!]!;
      const own = ring.take(this.#useTrack[use]!, timestampMs, value);
      if (own < verdict) verdict = own;
    }
    if (verdict === DROPPED_LATE) this.tooLate.add(this.#missedBy(series, timestampMs));
    return verdict;
  }

  /** The least allowed lateness beyond which some definition would have kept the sample. */
  #missedBy(series: number, timestampMs: number): number {
    let least = Number.POSITIVE_INFINITY;
    for (let use = this.#useStart[series]!; use < this.#useStart[series + 1]!; use++) {
      const ring = this.#state.rings[this.#useRing[use]!]!;
      least = Math.min(least, ring.missedBy(this.#useTrack[use]!, timestampMs));
    }
    return least;
  }

  /** Bytes of state, as allocated. */
  get sizeBytes(): number {
    return this.#state.sizeBytes;
  }
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
