/**
 * What an engine does and why, as plain data: which metric feeds which panes and windows, what that costs, what each line's
 * watermark waits for, and how late samples came. For people who wonder, for `/v1` and for `--dry-run`; not for hot paths.
 */
import type { Aggregate, MetricDictionary, SampleCounts } from '@windrow/core';
import { planCost, type PlanCost } from './cost.ts';
import type { LatenessHistogram } from './lateness-histogram.ts';
import type { LinePlan, Plan, TrackPlan } from './plan.ts';
import type { SampleLine } from './sample-line.ts';
import type { SampleStage } from './sample-stage.ts';
import type { TensorSink } from './tensor-sink.ts';

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
    /** When samples arrived last, by the clock of `push`; null where it was given none. Nothing else holds a watermark back. */
    readonly lastArrivalMs: number | null;
  };
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

/** Explains an engine as it is now. */
export function explain(
  engine: SampleStage<TensorSink>,
  dictionary: MetricDictionary,
): Explanation {
  return {
    lines: engine.lines.map((line) => explainLine(line, dictionary)),
    sharing: sharingOf(engine.plan),
    cost: planCost(engine.plan),
    stateBytes: engine.sizeBytes,
  };
}

function explainLine(line: SampleLine<TensorSink>, dictionary: MetricDictionary): ExplainedLine {
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
    },
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
