/**
 * What an engine does and why, as plain data: which metric feeds which panes and windows, what that costs, what each line's
 * watermark waits for, and how late samples came. For people who wonder, for `/v1` and for `--dry-run`; not for hot paths.
 */
import {
  formatTime,
  type Aggregate,
  type MetricDictionary,
  type SampleCounts,
} from '@windrow/core';
import { planCost, type PlanCost } from './cost.ts';
import type { Delivery } from './delivery.ts';
import type { LatenessHistogram } from './lateness-histogram.ts';
import type { LinePlan, Plan, TrackPlan } from './plan.ts';
import type { SampleLine } from './sample-line.ts';
import type { SampleStage } from './sample-stage.ts';
import type { TensorSink } from './tensor-sink.ts';
import type { WindowCounts } from './window-state.ts';

/** One metric, aggregated one way. */
export interface ExplainedTrack {
  readonly metricId: string;
  readonly aggregate: Aggregate;
  readonly resolutionS: number;
  /** Lengths of its panes; more than one where the plan was split by cost. */
  readonly panesS: readonly number[];
  /** Output metric ids of the definitions that it feeds. */
  readonly windows: readonly string[];
}

/** The windows of one definition. */
export interface ExplainedWindow {
  readonly outputMetricId: string;
  /** C and T. */
  readonly shape: readonly [channels: number, cells: number];
  /** How its tensors reach the model, and why so. */
  readonly delivery: Delivery;
  /** Bytes of state beside the cells. */
  readonly stateBytes: number;
  readonly windows: WindowCounts;
}

export interface ExplainedLine {
  readonly lineId: string;
  readonly tracks: readonly ExplainedTrack[];
  readonly samples: SampleCounts;
  /** Bytes of state, as allocated. */
  readonly stateBytes: number;
  readonly watermark: {
    /** null before the first sample. */
    readonly atMs: number | null;
    /** Timestamp of the latest sample, which the watermark follows; null before the first. */
    readonly latestMs: number | null;
    /** When samples arrived last, by the clock of `push`; null where it was given none. */
    readonly lastArrivalMs: number | null;
    /** When the latest sample arrived: since then the watermark stands, or goes on with the clock. null as above. */
    readonly movedMs: number | null;
    /** What holds it back, and since when, in words. */
    readonly heldBy: string;
  };
  readonly windows: readonly ExplainedWindow[];
  /** By how much samples came after younger ones. */
  readonly disorder: ReturnType<LatenessHistogram['classes']>;
  /** For samples dropped late: the `allowed_lateness_s` that would have kept them, and how many. */
  readonly wouldHaveBeenKept: ReturnType<LatenessHistogram['classes']>;
}

export interface Explanation {
  readonly lines: readonly ExplainedLine[];
  readonly sharing: Sharing;
  readonly cost: PlanCost;
  readonly stateBytes: number;
}

/** How many definitions use the same cells. */
export interface Sharing {
  readonly tracks: number;
  /** Tracks that windows read, each counted for every definition. */
  readonly uses: number;
}

export function sharingOf(plan: Plan): Sharing {
  let tracks = 0;
  let uses = 0;
  for (const { rings } of plan.lines) {
    for (const ring of rings) {
      tracks += ring.tracks.length;
      for (const track of ring.tracks) uses += track.windows.length;
    }
  }
  return { tracks, uses };
}

/**
 * Explains an engine as it is now.
 * @param nowMs by the clock of `push`
 */
export function explain(
  engine: SampleStage<TensorSink>,
  dictionary: MetricDictionary,
  nowMs: number,
): Explanation {
  return {
    lines: engine.lines.map((line) => explainLine(line, dictionary, nowMs)),
    sharing: sharingOf(engine.plan),
    cost: planCost(engine.plan),
    stateBytes: engine.sizeBytes,
  };
}

/** A line is busy while samples came within this, in ms. */
const BUSY_MS = 10_000;

function heldBy(line: SampleLine<TensorSink>, nowMs: number): string {
  const { latestMs, outOfOrderMs } = line.state;
  if (outOfOrderMs === null) return 'what the source promises, for all lines alike';
  if (latestMs === Number.NEGATIVE_INFINITY) return 'nothing: no sample has come, and nobody waits';
  const latest = `the latest sample, of ${formatTime(latestMs)}, less ${outOfOrderMs / 1000} s`;
  const { movedMs, lastArrivalMs } = line;
  if (movedMs === Number.NEGATIVE_INFINITY) return latest;
  const since = `${latest}; none is later since ${formatTime(movedMs)} (${agoOf(nowMs - movedMs)})`;
  if (nowMs - movedMs <= BUSY_MS) return since;
  if (line.watermarkMs > latestMs - outOfOrderMs) {
    return `the clock, as the line is silent since ${formatTime(lastArrivalMs)} (${agoOf(nowMs - lastArrivalMs)})`;
  }
  return lastArrivalMs > movedMs
    ? `${since}, though samples come: their clock has gone back, or one had run ahead`
    : `${since}, as the line is silent`;
}

function agoOf(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s ago`;
}

function explainLine(
  line: SampleLine<TensorSink>,
  dictionary: MetricDictionary,
  nowMs: number,
): ExplainedLine {
  const { plan } = line;
  return {
    lineId: plan.lineId,
    tracks: plan.rings.flatMap(({ resolutionMs, tracks }) =>
      tracks.map((track) => explainTrack(track, plan, resolutionMs / 1000, dictionary)),
    ),
    samples: line.counter.snapshot(),
    stateBytes: line.sizeBytes,
    watermark: {
      atMs: finite(line.watermarkMs),
      latestMs: finite(line.state.latestMs),
      lastArrivalMs: finite(line.lastArrivalMs),
      movedMs: finite(line.movedMs),
      heldBy: heldBy(line, nowMs),
    },
    windows: line.windows.map((window) => ({
      outputMetricId: window.plan.definition.outputMetricId,
      shape: [window.plan.tracks.length, window.plan.cells],
      delivery: window.plan.delivery,
      stateBytes: window.sizeBytes,
      windows: window.counts(),
    })),
    disorder: line.disorder.classes(),
    wouldHaveBeenKept: line.tooLate.classes(),
  };
}

function explainTrack(
  { slot, aggregate, panes, windows }: TrackPlan,
  plan: LinePlan,
  resolutionS: number,
  dictionary: MetricDictionary,
): ExplainedTrack {
  return {
    metricId: dictionary.text(slot),
    aggregate,
    resolutionS,
    panesS: panes.map((cells) => cells * resolutionS),
    windows: windows.map((w) => plan.windows[w]!.definition.outputMetricId),
  };
}

function finite(ms: number): number | null {
  return Number.isFinite(ms) ? ms : null;
}
