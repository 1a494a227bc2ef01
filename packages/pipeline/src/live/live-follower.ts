/**
 * Follows deliveries through a live job, for traces: told of each delivery, window, score, commit and publication as it happens, and of no
 * sample. It must be quick, and throw nothing. What is replayed after a restart is not followed.
 */
import type { PredictionBatch } from '@windrow/core';

export interface FollowedDelivery {
  /** URI of the source. */
  readonly source: string;
  /** As `Delivery.sequence`. */
  readonly sequence: number;
  readonly samples: number;
}

/** A window that got a number. */
export interface FollowedScore {
  readonly outputMetricId: string;
  readonly windowEndMs: number;
  readonly value: number;
  /** `<model_identifier>/<version>` */
  readonly model: string;
}

export interface LiveFollower {
  /** Whether any delivery is followed at present; where none is, nobody tells of windows, scores and publications. */
  readonly isFollowing: boolean;
  /** A delivery has come, and waits for its turn. */
  arrived(delivery: FollowedDelivery): void;
  /** Its turn has come: windows that are judged from now on follow from it. */
  begun(delivery: FollowedDelivery): void;
  /** A window goes to its model. */
  judged(outputMetricId: string, windowEndMs: number): void;
  /** These were all windows that follow from the delivery that was begun last. */
  worked(): void;
  scored(score: FollowedScore): void;
  /** What was in the journal `elapsedMs` ago is committed: what follows from it may leave. */
  committed(sizeBytes: number, elapsedMs: number): void;
  /**
   * A sink is given a batch.
   * @returns is called when it has the batch, with null, or why it does not take it
   */
  publishing(sink: string, batch: PredictionBatch): (error: string | null) => void;
}
