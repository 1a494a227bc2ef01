/** What a backfill would read, hold and make, told from the source's metadata alone. */
import type { Source, SourceSplit, TimeRange } from '@windrow/core';
import {
  WindowEngine,
  neededRange,
  planCost,
  type EndRange,
  type EngineOptions,
  type Plan,
  type PlanCost,
  type WindowTarget,
} from '@windrow/windowing';
import { expectedRead, readsParts } from './expected-read.ts';
import { chooseReach } from './reach.ts';
import { readOrder } from './read-order.ts';

export interface BackfillEstimate {
  readonly plan: Plan;
  readonly cost: PlanCost;
  readonly splits: number;
  /** Samples to be read, about; null where the source does not know. */
  readonly rows: number | null;
  readonly sizeBytes: number;
  /** Earliest and latest sample; null where the source does not know. */
  readonly span: TimeRange | null;
  /** Windows to be judged, by target; null where neither the range nor the source says. */
  readonly windows: readonly number[] | null;
  /** Memory for cells and panes. */
  readonly stateBytes: number;
}

export async function estimateBackfill(
  source: Source,
  targets: readonly WindowTarget[],
  options: Pick<EngineOptions, 'dictionary' | 'range'> & { readonly aheadBytesMax: number },
): Promise<BackfillEstimate> {
  const { range, dictionary } = options;
  const needed = neededRange(targets, range);
  const splits = await source.splits(needed);
  const { aheadMs } = chooseReach(targets, readOrder(splits), options.aheadBytesMax);
  const engine = new WindowEngine(targets, { dictionary, outOfOrderMs: null, aheadMs, range });
  const span = spanOf(splits);
  return {
    plan: engine.plan,
    cost: planCost(engine.plan),
    splits: splits.length,
    ...expectedRead(splits, needed, readsParts(source)),
    span,
    windows: windowsIn(targets, range, span),
    stateBytes: engine.sizeBytes,
  };
}

function spanOf(splits: readonly SourceSplit[]): TimeRange | null {
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = Number.NEGATIVE_INFINITY;
  for (const { minMs, maxMs } of splits) {
    if (minMs === null || maxMs === null) return null;
    startMs = Math.min(startMs, minMs);
    endMs = Math.max(endMs, maxMs + 1);
  }
  return startMs < endMs ? { startMs, endMs } : null;
}

function windowsIn(
  targets: readonly WindowTarget[],
  range: EndRange,
  span: TimeRange | null,
): number[] | null {
  const afterMs = Number.isFinite(range.afterMs) ? range.afterMs : span?.startMs;
  if (afterMs === undefined) return null;
  const counts: number[] = [];
  for (const { definition } of targets) {
    const { stepMs, windowMs } = definition;
    const lastSampleMs = span === null ? undefined : span.endMs - 1 + windowMs;
    const untilMs = Number.isFinite(range.untilMs) ? range.untilMs : lastSampleMs;
    if (untilMs === undefined) return null;
    counts.push(Math.max(0, Math.floor(untilMs / stepMs) - Math.floor(afterMs / stepMs)));
  }
  return counts;
}
