/**
 * One source: holds the delivery that is next, with what was rejected on the way to it, and tells the source what a checkpoint
 * holds. It asks for the next delivery when the job is done with the one in hand, whose arrays the source may then use again.
 */
import {
  SampleColumns,
  messageOf,
  type DeadLetter,
  type Delivery,
  type LiveSource,
  type MetricDictionary,
} from '@windrow/core';
import type { LiveClock } from '../live-clock.ts';
import type { FollowedDelivery, LiveFollower } from '../live-follower.ts';
import type { LiveSourceStatus } from '../live-job-status.ts';
import { backoffMs } from './backoff.ts';
import { Wakeup } from './wakeup.ts';

/** What must be before a delivery is acknowledged. */
export interface AckMark {
  /** The deliveries up to this one. */
  readonly sequence: number;
  /** Dead letters below this number are with their sink. */
  readonly letters: number;
  /** Predictions below this number are with every sink. */
  readonly made: number;
}

export interface SourceFeedParts {
  /** Names the source in checkpoints. */
  readonly key: string;
  readonly source: LiveSource;
  readonly dictionary: MetricDictionary;
  /** What a checkpoint has as the source's position. */
  readonly resumeAt: string | null;
  readonly clock: LiveClock;
  /** Ends the reading. */
  readonly stopReading: AbortSignal;
  /** Ends everything. */
  readonly signal: AbortSignal;
  readonly follower: LiveFollower | null;
  /** A delivery is there, the source is over, or something was acknowledged. */
  readonly onProgress: () => void;
  readonly onAckFailure: (message: string) => void;
}

export class SourceFeed {
  readonly key: string;
  readonly #parts: SourceFeedParts;
  readonly #taken: Wakeup;
  readonly #ackWakeup: Wakeup;
  #delivery: Delivery | null = null;
  #offeredMs = Number.NaN;
  #rejected: readonly DeadLetter[] = [];
  #isOver = false;
  #failure: unknown = null;
  #position: string | null;
  #deliveries = 0;
  #samples = 0;
  /** Last delivery that was worked off, that may be acknowledged, and that was. */
  #worked = 0;
  #ackable = 0;
  #acknowledged = 0;
  #marks: AckMark[] = [];

  constructor(parts: SourceFeedParts) {
    this.key = parts.key;
    this.#parts = parts;
    this.#position = parts.resumeAt;
    this.#taken = new Wakeup(parts.clock);
    this.#ackWakeup = new Wakeup(parts.clock);
  }

  get uri(): string {
    return this.#parts.source.uri;
  }

  /** The delivery in hand; null: none at the moment. */
  get delivery(): Delivery | null {
    return this.#delivery;
  }

  /** Since when it is in hand, by the clock's `nowMs`. */
  get offeredMs(): number {
    return this.#offeredMs;
  }

  /** The same, for who follows it. */
  get followed(): FollowedDelivery {
    const { batch, sequence } = this.#delivery!;
    return { source: this.uri, sequence, samples: batch.length };
  }

  /** What could not be read, on the way to the delivery in hand. */
  get rejected(): readonly DeadLetter[] {
    return this.#rejected;
  }

  /** Nothing comes any more, and nothing is in hand. */
  get isOver(): boolean {
    return this.#isOver && this.#delivery === null;
  }

  /** Why it is over before its end; null: it is not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Where reading goes on after what was worked off. */
  get position(): string | null {
    return this.#position;
  }

  /** Whether lines can be heard through it; a source that is over does not keep anybody waiting. */
  get isHearing(): boolean {
    const { state } = this.#parts.source.status();
    return this.#isOver || (state !== 'opening' && state !== 'retrying');
  }

  get worked(): number {
    return this.#worked;
  }

  get isAcknowledged(): boolean {
    return this.#acknowledged === this.#worked;
  }

  get status(): LiveSourceStatus {
    const status = this.#parts.source.status();
    return {
      ...status,
      state: this.#failure === null ? status.state : 'failed',
      error: this.#failure === null ? status.error : messageOf(this.#failure),
      deliveries: this.#deliveries,
      samples: this.#samples,
      acknowledged: this.#acknowledged,
      unacknowledged: this.#worked - this.#acknowledged + (this.#delivery === null ? 0 : 1),
    };
  }

  /** Reads to the end. */
  async read(): Promise<void> {
    const { source, dictionary, resumeAt, stopReading, onProgress } = this.#parts;
    let waiting: DeadLetter[] = [];
    const reject = (letter: DeadLetter): void => void waiting.push(letter);
    try {
      const options = { dictionary, reject, resumeAt, signal: stopReading };
      for await (const delivery of source.deliveries(options)) {
        const rejected = waiting;
        waiting = [];
        await this.#offer(delivery, rejected);
        if (this.#parts.signal.aborted) return;
      }
      if (waiting.length > 0) await this.#offer(this.#emptyDelivery(), waiting);
    } catch (error) {
      this.#failure = error;
    }
    this.#isOver = true;
    onProgress();
  }

  /** The delivery in hand was worked off. */
  done(): void {
    const delivery = this.#delivery!;
    this.#position = delivery.position;
    this.#worked = delivery.sequence;
    this.#samples += delivery.batch.length;
    this.#delivery = null;
    this.#taken.wake();
  }

  /** A checkpoint holds the deliveries up to `mark.sequence`. */
  committed(mark: AckMark): void {
    const last = this.#marks.at(-1)?.sequence ?? this.#ackable;
    if (mark.sequence > last) this.#marks.push(mark);
  }

  /** What sinks and dead letters have by now. */
  settle(letters: number, published: number): void {
    const first = (): AckMark | undefined => this.#marks[0];
    for (let mark = first(); mark !== undefined; mark = first()) {
      if (mark.letters > letters || mark.made > published) return;
      this.#ackable = mark.sequence;
      this.#marks.shift();
      this.#ackWakeup.wake();
    }
  }

  /** Acknowledges until `signal` is aborted. */
  async acknowledge(): Promise<void> {
    const { source, clock, signal, onProgress, onAckFailure } = this.#parts;
    for (let failures = 0; !signal.aborted;) {
      const sequence = this.#ackable;
      if (sequence === this.#acknowledged) {
        await this.#ackWakeup.wait(Number.POSITIVE_INFINITY);
        continue;
      }
      try {
        await source.acknowledge(sequence);
        this.#acknowledged = sequence;
        failures = 0;
        onProgress();
      } catch (error) {
        onAckFailure(messageOf(error));
        await clock.sleep(backoffMs(++failures), signal);
      }
    }
  }

  /** Lets the loops see that the signal was aborted. */
  end(): void {
    this.#ackWakeup.end();
    this.#taken.end();
  }

  async #offer(delivery: Delivery, rejected: readonly DeadLetter[]): Promise<void> {
    this.#rejected = rejected;
    this.#delivery = delivery;
    this.#offeredMs = this.#parts.clock.nowMs();
    this.#deliveries++;
    this.#parts.follower?.arrived(this.followed);
    this.#parts.onProgress();
    while (this.#delivery !== null && !this.#parts.signal.aborted) {
      await this.#taken.wait(Number.POSITIVE_INFINITY);
    }
  }

  /** For what was rejected after the last delivery: it has no sequence of its own to be acknowledged. */
  #emptyDelivery(): Delivery {
    return {
      batch: new SampleColumns(this.#parts.dictionary, 0),
      sequence: this.#worked,
      position: this.#position,
    };
  }
}
