/** What a live job asks of a scorer beyond the contract: batches that do not wait for long, and definitions that change. */
import type { Definition, ScoreBatch, Scorer, ScoringTarget } from '@windrow/core';

export interface LiveScorer extends Scorer {
  /** When what was committed first has waited long enough, by the job's `nowMs`; infinite where nothing waits in a batch. */
  readonly dueMs: number;
  /** Like `drain(true)`, but only for batches that are full or have waited long enough; others go on being filled. */
  drainDue(emit: (scores: ScoreBatch) => void): Promise<void>;
  /**
   * Takes other definitions: loads and checks their models while scoring goes on with the old ones. When it resolves, `targets` and
   * the targets of `reserve` are the new ones. The job has drained everything before, and reserves nothing meanwhile.
   * @throws WindrowError MODEL with every fault; the old definitions stay then
   */
  redefine?(definitions: readonly Definition[]): Promise<readonly ScoringTarget[]>;
}
