/** What there is to read, and where it is cut: from metadata alone, before any model is loaded. */
import type { SourceSplit } from '@windrow/core';
import { neededRange } from '@windrow/windowing';
import { readsParts } from '../expected-read.ts';
import type { EarlyParts } from '../open-job.ts';
import { chooseCuts, type CutRequest } from './choose-cuts.ts';
import type { Cuts, Slice } from './slice.ts';
import { slicesOf } from './slices-of.ts';

export interface BackfillPlan {
  /** Of the whole, over all shards. */
  readonly splits: readonly SourceSplit[];
  readonly cuts: Cuts;
}

export type PlanRequest = Pick<CutRequest, 'range' | 'workers' | 'sliceSamples' | 'shard'>;

/** @throws WindrowError INPUT where there is nothing at the source */
export async function planBackfill(
  { definitions, source }: EarlyParts,
  request: PlanRequest,
): Promise<BackfillPlan> {
  const targets = definitions.map((definition) => ({ definition, dtype: 'float64' as const }));
  const splits = await source.splits(neededRange(targets, request.range));
  const narrows = source.narrows === true;
  return { splits, cuts: chooseCuts({ ...request, definitions, splits, narrows }) };
}

/** The slices of a plan, or of the cuts that an earlier run had chosen. */
export function slicesOfPlan(
  { definitions, source }: EarlyParts,
  splits: readonly SourceSplit[],
  cuts: Cuts,
): Slice[] {
  const narrows = source.narrows === true;
  return slicesOf(cuts, { definitions, splits, narrows, inParts: readsParts(source) });
}
