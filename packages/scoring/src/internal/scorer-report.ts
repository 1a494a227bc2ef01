/** The statistics of lanes and ledger as one. */
import { mergeModelStatistics, type ModelStatistics } from '../model-statistics.ts';
import type { ScorerStatistics } from '../scorer-statistics.ts';
import type { Lane } from './lane.ts';
import type { LaneModel } from './lane-model.ts';
import type { Ledger } from './ledger.ts';

/** @param models those that score, in the order in which they are to be named; a model may stand for each of several slots and lanes */
export function scorerStatistics(
  models: readonly LaneModel[],
  lanes: readonly Lane[],
  ledger: Ledger,
  withInputs: boolean,
): ScorerStatistics {
  const byVersion = new Map<string, ModelStatistics>();
  for (const { identity, statistics } of new Set(models)) {
    const key = `${identity.identifier}/${identity.version}`;
    const known = byVersion.get(key);
    const own = statistics.snapshot(withInputs);
    byVersion.set(key, known === undefined ? own : mergeModelStatistics(known, own));
  }
  const { refused, retired, swaps, refusals, storeFailures, lastStoreError, workersLost } = ledger;
  return {
    models: [...byVersion.values(), ...retired],
    swaps,
    refused,
    refusals,
    storeFailures,
    lastStoreError,
    workersLost,
    loadedModels: lanes.reduce((sum, { models: own }) => sum + own.loadedCount, 0),
    unloads: lanes.reduce((sum, { models: own }) => sum + own.unloads, 0),
  };
}
