/** What happens to models while they score: for logs. Everything that is counted is in `ScorerStatistics` as well. */
import type { ModelIdentity } from '@windrow/core';

export type ModelEvent =
  /** Windows reserved from now on are scored by `to`. */
  | { readonly kind: 'swapped'; readonly from: ModelIdentity; readonly to: ModelIdentity }
  /** The last run of a version that was replaced has ended, and its sessions are gone. */
  | { readonly kind: 'released'; readonly model: ModelIdentity }
  /** A version does not load, or does not fit; the one before goes on. */
  | {
      readonly kind: 'refused';
      readonly identifier: string;
      readonly version: number;
      readonly message: string;
    }
  /** The store did not answer, or not rightly; what is loaded goes on. */
  | { readonly kind: 'store_failed'; readonly message: string }
  /** A worker died; another takes its place, loads its models, and does again what was not done. */
  | { readonly kind: 'worker_lost'; readonly worker: number; readonly message: string };
