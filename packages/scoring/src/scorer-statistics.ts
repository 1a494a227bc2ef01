/** What a scorer did since it was made. */
import type { ModelStatistics } from './model-statistics.ts';

export interface RefusedVersion {
  readonly identifier: string;
  readonly version: number;
  readonly message: string;
}

export interface ScorerStatistics {
  /**
   * By model and version, over all workers: those that score now, in the order of their first definitions, then the last ones that
   * were replaced, latest first.
   */
  readonly models: readonly ModelStatistics[];
  /** Versions that took another's place. */
  readonly swaps: number;
  /** For each identifier the version that was refused last, as long as it would be the one to take. */
  readonly refused: readonly RefusedVersion[];
  /** Refusals in all. */
  readonly refusals: number;
  readonly storeFailures: number;
  readonly lastStoreError: string | null;
  /** Workers that died. */
  readonly workersLost: number;
  /** Models that are in memory now, in all workers together. */
  readonly loadedModels: number;
  /** Times that a model made room for another. */
  readonly unloads: number;
}
