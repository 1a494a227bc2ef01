/**
 * Stage 1 of all lines: samples in batches of any metric and order, split by line at the door, each line a `SampleLine` of
 * its own. `WindowEngine` has stage 2 behind it, `PaneStage` sends panes on.
 *
 * It has no clock and does no I/O. It is driven in two steps, so that it never holds more than one batch and the
 * sink's room: `push` (or `advance`) gives it work, `run` does the work and returns false whenever the sink must be
 * drained first.
 *
 * Every sample pushed is counted under one heading when `run` has taken it.
 */
import {
  assert,
  SampleCounter,
  type MetricDictionary,
  type SampleBatch,
  type SampleCounts,
} from '@windrow/core';
import { LineState } from './internal/line-state.ts';
import { SampleLine } from './sample-line.ts';
import { planWindows, type Plan, type WindowTarget } from './plan.ts';
import { BatchRouter } from './internal/batch-router.ts';
import { RoutingTable } from './internal/routing-table.ts';
import { APPLIED, DROPPED_LATE, DUPLICATE, OUT_OF_RANGE, SUPERSEDED, VERDICTS } from './verdict.ts';
import type { DeliveryRule } from './delivery.ts';
import type { EndRange } from './end-range.ts';

export interface EngineOptions {
  /** Closed; holds every input of every definition. Batches refer to it. */
  readonly dictionary: MetricDictionary;
  /**
   * How far a line's watermark stays behind its latest sample (live), or null: the watermark of all lines is moved by
   * `advance`, and no sample may come before it (backfill).
   */
  readonly outOfOrderMs: number | null;
  /** With `outOfOrderMs` null: how far past the watermark samples can be taken; later ones go to `hooks.later`. */
  readonly aheadMs: number;
  /** Window ends to be judged, `(afterMs, untilMs]`; infinite ends are allowed. */
  readonly range: EndRange;
  readonly hooks?: EngineHooks;
  /** How tensors reach their models; left out: `one_by_one` live, `by_the_hundred` in a backfill. */
  readonly delivery?: DeliveryRule;
}

/** The rule of these options. */
export function deliveryRule({
  delivery,
  outOfOrderMs,
}: Pick<EngineOptions, 'delivery' | 'outOfOrderMs'>): DeliveryRule {
  return delivery ?? (outOfOrderMs === null ? 'by_the_hundred' : 'one_by_one');
}

/** Told about single samples; slots are the dictionary's. */
export interface EngineHooks {
  /** A sample at or past `horizonMs`: to be pushed again when the watermark has come closer. It is not counted. */
  readonly later?: (slot: number, timestampMs: number, value: number) => void;
  /** A sample beyond the `futureMs` of its push: counted as quarantined. */
  readonly future?: (slot: number, timestampMs: number, value: number) => void;
  /** A sample that was counted as dropped late. */
  readonly droppedLate?: (slot: number, timestampMs: number, value: number) => void;
}

/** What the clock said when a batch came. */
export interface Arrival {
  /** For `tick`. */
  readonly nowMs?: number;
  /** Samples later than this are quarantined. */
  readonly futureMs?: number;
}

export class SampleStage<Sink> {
  #plan: Plan;
  #lines: readonly SampleLine<Sink>[];
  readonly #options: EngineOptions;
  readonly #settle: (line: LineState, sink: Sink) => boolean;
  protected readonly dictionary: MetricDictionary;
  readonly #outOfOrderMs: number | null;
  readonly #aheadMs: number;
  readonly #hooks: EngineHooks;
  /** What was counted before any line saw it: invalid, unrouted, out of range, from the future. */
  protected readonly door: SampleCounter = new SampleCounter();
  #watermarkMs = Number.NEGATIVE_INFINITY;
  #router: BatchRouter;
  readonly #verdictCounts: Float64Array = new Float64Array(VERDICTS + 1);
  // The line at work on its part of the batch, and how far it is.
  #line = 0;
  #position = 0;

  constructor(
    targets: readonly WindowTarget[],
    options: EngineOptions,
    settle: (line: LineState, sink: Sink) => boolean,
  ) {
    this.dictionary = options.dictionary;
    this.#options = options;
    this.#outOfOrderMs = options.outOfOrderMs;
    this.#aheadMs = options.aheadMs;
    this.#hooks = options.hooks ?? {};
    this.#settle = settle;
    [this.#plan, this.#lines, this.#router] = this.#build(targets, (fresh) => fresh);
    this.#line = this.#lines.length;
  }

  #build(
    targets: readonly WindowTarget[],
    keep: (fresh: SampleLine<Sink>) => SampleLine<Sink>,
  ): [Plan, readonly SampleLine<Sink>[], BatchRouter] {
    const { dictionary, outOfOrderMs, aheadMs, range } = this.#options;
    const plan = planWindows(targets, dictionary, deliveryRule(this.#options));
    const lines = plan.lines.map((line) => {
      const state = new LineState(line, {
        outOfOrderMs,
        aheadMs: outOfOrderMs ?? aheadMs,
        range,
        takesSamples: true,
      });
      return keep(new SampleLine(state, this.#settle));
    });
    const routes = new RoutingTable(lines, dictionary.size, range);
    return [plan, lines, new BatchRouter(lines, routes, this.door, this.#hooks)];
  }

  /**
   * Plans anew, between batches.
   * @param keep is given each line as it would start, and gives back the one to go on with
   */
  protected replan(
    targets: readonly WindowTarget[],
    keep: (fresh: SampleLine<Sink>) => SampleLine<Sink>,
  ): void {
    [this.#plan, this.#lines, this.#router] = this.#build(targets, keep);
    this.#line = this.#lines.length;
  }

  get plan(): Plan {
    return this.#plan;
  }

  get lines(): readonly SampleLine<Sink>[] {
    return this.#lines;
  }

  /** Samples from here on are handed to `hooks.later`: with a watermark from outside, `watermark + aheadMs`. */
  get horizonMs(): number {
    return this.#outOfOrderMs === null
      ? this.#watermarkMs + this.#aheadMs
      : Number.POSITIVE_INFINITY;
  }

  /** With a watermark from outside: no sample that is pushed from now on is earlier. */
  get watermarkMs(): number {
    return this.#watermarkMs;
  }

  /** Moves the watermark of every line; `run` judges what becomes due. */
  advance(watermarkMs: number): void {
    assert(this.idle, 'the last batch was run to its end');
    this.#watermarkMs = Math.max(this.#watermarkMs, watermarkMs);
    for (const line of this.lines) line.advanceTo(this.#watermarkMs);
    this.#line = 0;
    this.#position = 0;
    this.#router.clear();
  }

  /** No more samples: every window that is left becomes due. */
  finish(): void {
    this.advance(Number.POSITIVE_INFINITY);
  }

  /** Whether the last batch was run to its end. */
  protected get idle(): boolean {
    return this.#line === this.lines.length;
  }

  /**
   * Takes over a batch; the caller may reuse its arrays at once. The batch before was run to its end.
   */
  push(batch: SampleBatch, arrival: Arrival = {}): void {
    assert(this.idle, 'the last batch was run to its end');
    assert(batch.dictionary === this.dictionary, 'batches refer to the dictionary of the engine');
    this.#router.route(batch, {
      promisedMs: this.#outOfOrderMs === null ? this.#watermarkMs : Number.NEGATIVE_INFINITY,
      horizonMs: this.horizonMs,
      futureMs: arrival.futureMs ?? Number.POSITIVE_INFINITY,
    });
    if (arrival.nowMs !== undefined) this.#noteArrival(arrival.nowMs);
    this.#line = 0;
    this.#position = 0;
  }

  #noteArrival(nowMs: number): void {
    const { start } = this.#router;
    for (const [l, line] of this.#lines.entries()) {
      if (start[l + 1]! > start[l]!) line.noteArrival(nowMs);
    }
  }

  /**
   * Lets time pass for lines that have been silent for longer than `idleAfterMs`: their watermarks go on with the clock, so
   * that their last windows become due; `run` then judges them. A line that was never seen has no watermark to move.
   * @param nowMs by the same clock as that of `push`
   */
  tick(nowMs: number, idleAfterMs: number): void {
    assert(this.idle, 'the last batch was run to its end');
    const { outOfOrderMs } = this.#options;
    assert(outOfOrderMs !== null, 'the watermarks follow the samples');
    for (const line of this.#lines) {
      const { latestMs } = line.state;
      if (latestMs === Number.NEGATIVE_INFINITY) continue;
      // After a restore the silence is counted from the first tick on.
      if (line.lastArrivalMs === Number.NEGATIVE_INFINITY) line.lastArrivalMs = nowMs;
      const silentMs = nowMs - line.lastArrivalMs;
      if (silentMs > idleAfterMs) line.advanceTo(latestMs - outOfOrderMs + silentMs);
    }
    this.#line = 0;
    this.#position = 0;
    this.#router.clear();
  }

  /** Called before a line changes, with its index; perhaps several times for one batch. */
  protected beforeChange(_line: number): void {}

  /** Works off what was pushed; false where the sink must be drained before it can go on. */
  run(sink: Sink): boolean {
    while (this.#line < this.lines.length) {
      const line = this.lines[this.#line]!;
      const end = this.#router.start[this.#line + 1]!;
      if (line.unsettled || this.#position < end) this.beforeChange(this.#line);
      if (line.unsettled && !line.settle(sink)) return false;
      if (this.#position < end) {
        this.#position = line.ingest(this.#router.columns, this.#position, end, sink);
        if (this.#position < end) return false;
      }
      this.#line++;
      if (this.#line === this.lines.length) this.#tally();
    }
    return true;
  }

  /** Counts the verdicts of the batch, by line; a sample that went to several lines has the best of them. */
  #tally(): void {
    const { start } = this.#router;
    if (start[this.lines.length] === 0) return;
    const { verdicts } = this.#router.columns;
    this.#router.mergeVerdicts(VERDICTS);
    const counts = this.#verdictCounts;
    let dropped = 0;
    for (const [l, { counter }] of this.lines.entries()) {
      const end = start[l + 1]!;
      counts.fill(0);
      let others = 0;
      for (let i = start[l]!; i < end; i++) {
        const verdict = verdicts[i]!;
        // Nearly all are applied: one counter for all that are not, none for those that are.
        if (verdict === APPLIED) continue;
        counts[verdict] = counts[verdict]! + 1;
        others++;
      }
      counter.add('applied', end - start[l]! - others);
      counter.add('superseded', counts[SUPERSEDED]);
      counter.add('duplicate', counts[DUPLICATE]);
      counter.add('dropped_late', counts[DROPPED_LATE]);
      counter.add('out_of_range', counts[OUT_OF_RANGE]);
      dropped += counts[DROPPED_LATE]!;
    }
    if (dropped > 0 && this.#hooks.droppedLate !== undefined) {
      this.#tellDropped(this.#hooks.droppedLate);
    }
    this.#router.clear();
  }

  #tellDropped(tell: NonNullable<EngineHooks['droppedLate']>): void {
    const { verdicts, series, timestampsMs, values } = this.#router.columns;
    const { start } = this.#router;
    for (const [l, line] of this.lines.entries()) {
      for (let i = start[l]!; i < start[l + 1]!; i++) {
        if (verdicts[i] !== DROPPED_LATE) continue;
        tell(line.seriesSlots[series[i]!]!, timestampsMs[i]!, values[i]!);
      }
    }
  }

  /** What became of the samples so far, without those that a source set aside or `hooks.later` keeps. */
  samples(): SampleCounts {
    const sum = new SampleCounter();
    sum.addAll(this.door.snapshot());
    for (const { counter } of this.lines) sum.addAll(counter.snapshot());
    return sum.snapshot();
  }

  /** Bytes of state, as allocated: a function of series, cells and lateness. */
  get sizeBytes(): number {
    return this.lines.reduce((sum, line) => sum + line.sizeBytes, this.#router.sizeBytes);
  }
}
