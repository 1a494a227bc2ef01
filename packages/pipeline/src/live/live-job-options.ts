/** What a live job is made of. */
import type {
  BlobStore,
  DeadLetter,
  LiveSink,
  LiveSource,
  MetricDictionary,
  PredictionBatch,
} from '@windrow/core';
import type { LiveClock } from './live-clock.ts';
import type { LiveEvent } from './live-event.ts';
import type { LiveFollower } from './live-follower.ts';
import type { LiveScorer } from './live-scorer.ts';

/** Where and how often the job's state is kept. */
export interface CheckpointOptions {
  readonly store: BlobStore;
  /**
   * Names this start of the job, and no other: lower-case letters and digits, such as those of a random UUID. Of two jobs on one
   * store the one that started later goes on, the other one ends with an error.
   */
  readonly owner: string;
  /** For messages to people: host, process, time of start. */
  readonly about: string;
  /** A snapshot every so many ms; default 5000. */
  readonly snapshotMs?: number;
  /** What came in waits at most so many ms for its commit to the journal; default 50. */
  readonly commitMs?: number;
  /** A commit is begun earlier when so many bytes wait; default 1 MiB. */
  readonly commitBytes?: number;
}

/** How much may wait. Where a bound is reached the sources are not read on; checkpoints and sinks go on. */
export interface LiveBounds {
  /** Predictions that some sink has not yet taken; default 100 000. */
  readonly predictions: number;
  /** Dead letters that their sink has not yet taken; default 10 000. */
  readonly deadLetters: number;
  /** Bytes of the journal that are not yet committed; default 16 MiB. */
  readonly journalBytes: number;
}

export interface LiveJobOptions {
  /** Read at once, in turns; at least one. Closed by the job. */
  readonly sources: readonly LiveSource[];
  /** Every prediction goes to each of them, each at its own pace; at least one. Closed by the job. */
  readonly sinks: readonly LiveSink<PredictionBatch>[];
  /**
   * Takes what is set aside, and predictions that a sink refuses for good. null: what is set aside is counted only, and a prediction
   * that is refused is tried again and again. Closed by the job.
   */
  readonly deadLetters: LiveSink<readonly DeadLetter[]> | null;
  /** Its targets are the definitions to begin with. Not closed by the job. */
  readonly scorer: LiveScorer;
  /** Closed over the inputs of the scorer's definitions; those of later definitions are admitted. */
  readonly dictionary: MetricDictionary;
  /** null: nothing is kept; deliveries are acknowledged when every sink has what follows from them. */
  readonly checkpoint: CheckpointOptions | null;
  /**
   * `strict`, the default: a prediction leaves when the journal holds it, so that its name never gets two values. `eager`: it leaves as
   * soon as it is scored; after a crash a source that delivers again in another order may lead to another value for its name.
   */
  readonly delivery?: 'strict' | 'eager';
  /** How far a line's watermark stays behind its latest sample, in ms. */
  readonly outOfOrderMs: number;
  /** A line that is silent for longer goes on with the clock; null: never (finite inputs). */
  readonly idleAfterMs: number | null;
  /** Samples further ahead of the wall clock are quarantined; null: none are (replays). */
  readonly maxFutureMs: number | null;
  readonly clock: LiveClock;
  readonly bounds?: Partial<LiveBounds>;
  /** Takes what happens, for logs. */
  readonly onEvent?: (event: LiveEvent) => void;
  /** Follows deliveries, for traces; default: nobody does. */
  readonly follower?: LiveFollower;
}
