/**
 * One sink and its place in the outbox: gives it one batch after the other. A batch that is refused for good is divided until
 * the predictions are found that the sink will not have; these go to the dead letters, and the others are published.
 */
import {
  WindrowError,
  formatTime,
  messageOf,
  type DeadLetter,
  type LiveSink,
  type PredictionBatch,
} from '@windrow/core';
import type { PhaseClock } from '../../internal/phase-clock.ts';
import type { LiveClock } from '../live-clock.ts';
import type { LiveFollower } from '../live-follower.ts';
import type { LiveSinkStatus } from '../live-job-status.ts';
import { backoffMs } from './backoff.ts';
import { DelayClasses } from './delay-classes.ts';
import type { LetterBox } from './letter-box.ts';
import { rowsOf, type Outbox } from './outbox.ts';
import { Wakeup } from './wakeup.ts';

export interface SinkFeedParts {
  /** Names the sink's place in checkpoints. */
  readonly key: string;
  readonly sink: LiveSink<PredictionBatch>;
  readonly outbox: Outbox;
  readonly letters: LetterBox;
  readonly clock: LiveClock;
  readonly phases: PhaseClock;
  readonly signal: AbortSignal;
  readonly follower: LiveFollower | null;
  /** Something was published. */
  readonly onProgress: () => void;
  readonly onFailure: (
    kind: 'publish_failed' | 'refused',
    predictions: number,
    message: string,
  ) => void;
}

export class SinkFeed {
  readonly key: string;
  readonly #parts: SinkFeedParts;
  readonly #wakeup: Wakeup;
  #published = 0;
  #refused = 0;
  readonly #delays: DelayClasses = new DelayClasses();
  /** When the batch in hand was begun; null: none is. */
  #sinceMs: number | null = null;
  /** Message of the failure that is waited out; null: none. */
  #failure: string | null = null;

  constructor(parts: SinkFeedParts) {
    this.key = parts.key;
    this.#parts = parts;
    this.#wakeup = new Wakeup(parts.clock);
  }

  /** Number of the first prediction that the sink does not hold. */
  get published(): number {
    return this.#published;
  }

  /** Predictions below this number are with the sink. */
  startAt(published: number): void {
    this.#published = published;
  }

  /** There may be something to publish. */
  wake(): void {
    this.#wakeup.wake();
  }

  /** Lets the loop see that the signal was aborted. */
  end(): void {
    this.#wakeup.end();
  }

  get status(): LiveSinkStatus {
    const status = this.#parts.sink.status();
    return {
      ...status,
      state: this.#failure === null ? status.state : 'retrying',
      error: this.#failure ?? status.error,
      published: this.#published,
      backlog: this.#parts.outbox.made - this.#published,
      refused: this.#refused,
      delays: this.#delays.counts(),
      publishingMs: this.#sinceMs === null ? null : this.#parts.clock.nowMs() - this.#sinceMs,
    };
  }

  /** Publishes until `signal` is aborted. */
  async loop(): Promise<void> {
    const { outbox, signal, onProgress, clock, phases } = this.#parts;
    while (!signal.aborted) {
      const batch = outbox.next(this.#published);
      if (batch === null) {
        await this.#wakeup.wait(Number.POSITIVE_INFINITY);
        continue;
      }
      this.#sinceMs = clock.nowMs();
      await phases.measureAsync('write', () => this.#publish(batch));
      this.#sinceMs = null;
      if (signal.aborted) return;
      this.#delays.add(batch.judgedMs, clock.nowMs());
      this.#published = batch.first + batch.length;
      onProgress();
    }
  }

  /** Returns when the sink or the dead letters have the batch, or `signal` was aborted. */
  async #publish(batch: PredictionBatch): Promise<void> {
    const { sink, letters, clock, signal, onFailure } = this.#parts;
    for (let failures = 0; !signal.aborted;) {
      const { follower } = this.#parts;
      const tell = follower?.isFollowing === true ? follower.publishing(sink.uri, batch) : null;
      try {
        await sink.publish(batch);
        tell?.(null);
        this.#failure = null;
        return;
      } catch (error) {
        tell?.(messageOf(error));
        if (signal.aborted) return;
        if (isForGood(error) && letters.hasSink) return this.#divide(batch, messageOf(error));
        this.#failure = messageOf(error);
        onFailure('publish_failed', batch.length, this.#failure);
        await clock.sleep(backoffMs(++failures), signal);
      }
    }
  }

  async #divide(batch: PredictionBatch, message: string): Promise<void> {
    const { sink, letters, onFailure } = this.#parts;
    if (batch.length > 1) {
      const half = batch.length >> 1;
      await this.#publish(rowsOf(batch, 0, half));
      await this.#publish(rowsOf(batch, half, batch.length));
      return;
    }
    this.#refused += batch.length;
    onFailure('refused', batch.length, message);
    await letters.refuse([letterAbout(batch, sink.uri, message)]);
  }
}

/** A sink says so by a WindrowError with the code OUTPUT; anything else may work the next time. */
function isForGood(error: unknown): boolean {
  return error instanceof WindrowError && error.code === 'OUTPUT';
}

function letterAbout(batch: PredictionBatch, uri: string, reason: string): DeadLetter {
  const { outputMetricId, lineId } = batch.definitions[batch.definitionIndex[0]!]!;
  const raw = JSON.stringify({
    metric_id: outputMetricId,
    line_id: lineId,
    window_end_ms: batch.windowEndsMs[0],
    window_end: formatTime(batch.windowEndsMs[0]!),
    value: batch.values[0],
    revision: batch.revisions[0],
    model_identifier: batch.models[batch.modelIndex[0]!]!.identifier,
    model_version: batch.models[batch.modelIndex[0]!]!.version,
  });
  return { heading: 'refused', source: uri, row: null, reason, raw };
}
