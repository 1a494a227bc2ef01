/** A running job and what stands around it: what `/readyz`, `/metrics` and `/v1` look at. */
import type { Definition, Refreshed } from '@windrow/core';
import type { LiveJob } from '@windrow/pipeline';
import type { ModelScorer } from '@windrow/scoring';

export interface Service {
  readonly job: LiveJob;
  readonly scorer: ModelScorer;
  readonly definitions: Refreshed<readonly Definition[]>;
  /** How often a snapshot is made; null where no state is kept. */
  readonly snapshotMs: number | null;
}
