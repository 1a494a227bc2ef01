/**
 * Tells the server which messages need not come again, in few large requests, and tries again where it did not listen.
 *
 * That an acknowledgement is refused (it came too late, or another delivery of the message is under way) is an outcome, not a
 * failure: the message comes again and is known.
 */
import { status } from '@grpc/grpc-js';
import type { v1 } from '@google-cloud/pubsub-api';
import { messageOf } from '@windrow/core';
import { refusedIds } from './refused-ids.ts';
import { oneAttempt } from './call-options.ts';
import type { Connection } from './connection.ts';
import type { HeldMessage } from './intake.ts';
import { Patience, pause } from './patience.ts';
import { isTransient, statusOf } from './rpc-failure.ts';

/** Pub/Sub takes requests of 512 KiB; ids are some 200 bytes. */
const REQUEST_BYTES_MAX = 400_000;
const REQUEST_IDS_MAX = 2500;
const REQUESTS_AT_ONCE = 4;
const TIMEOUT_MS = 30_000;
/** After this the lease has run out anyway. */
const BUDGET_MS = 60_000;

/** What became of acknowledgements, in messages. */
export interface AckCounts {
  acknowledged: number;
  /** The server would not have them: too late, or not ours. */
  ackInvalid: number;
  ackDenied: number;
  /** It could not be reached for too long. */
  ackGivenUp: number;
}

export type Settled = (messages: readonly HeldMessage[]) => void;

export class Acknowledger {
  readonly counts: AckCounts = { acknowledged: 0, ackInvalid: 0, ackDenied: 0, ackGivenUp: 0 };
  /** Last error, also one that was overcome. */
  error: string | null = null;
  readonly #connection: Connection<v1.SubscriberClient>;
  readonly #subscription: string;
  readonly #random: () => number;
  readonly #signal: AbortSignal;

  /** @param signal ends the retries */
  constructor(
    connection: Connection<v1.SubscriberClient>,
    subscription: string,
    random: () => number,
    signal: AbortSignal,
  ) {
    this.#connection = connection;
    this.#subscription = subscription;
    this.#random = random;
    this.#signal = signal;
  }

  /** @param settled is told of messages whose outcome is known, and which have been counted */
  async acknowledge(messages: readonly HeldMessage[], settled: Settled): Promise<void> {
    const requests = requestsOf(messages)[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const request of requests) await this.#send(request, settled);
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
  }

  async #send(messages: readonly HeldMessage[], settled: Settled): Promise<void> {
    const patience = new Patience(BUDGET_MS, this.#random);
    for (let left = messages; left.length > 0;) {
      const again = await this.#attempt(left);
      if (again.length < left.length) {
        const isLeft = new Set(again);
        settled(left.filter((message) => !isLeft.has(message)));
        patience.reset();
      }
      left = again;
      if (left.length === 0) return;
      const waitMs = this.#signal.aborted ? null : patience.next();
      if (waitMs === null) {
        this.counts.ackGivenUp += left.length;
        settled(left);
        return;
      }
      await pause(waitMs, this.#signal);
    }
  }

  /** Counts what is settled, and returns what is to be tried again. */
  async #attempt(messages: readonly HeldMessage[]): Promise<readonly HeldMessage[]> {
    const ackIds = messages.map(({ ackId }) => ackId);
    const request = { subscription: this.#subscription, ackIds };
    try {
      const client = await this.#connection.client();
      await client.acknowledge(request, oneAttempt(TIMEOUT_MS));
      this.counts.acknowledged += messages.length;
      return [];
    } catch (error) {
      this.error = messageOf(error);
      return this.#sort(messages, error);
    }
  }

  #sort(messages: readonly HeldMessage[], error: unknown): readonly HeldMessage[] {
    const reasons = refusedIds(error);
    if (reasons === null) {
      if (isTransient(error)) return messages;
      if (statusOf(error) === status.PERMISSION_DENIED) this.counts.ackDenied += messages.length;
      else this.counts.ackInvalid += messages.length;
      return [];
    }
    const again: HeldMessage[] = [];
    for (const message of messages) {
      const reason = reasons.get(message.ackId);
      if (reason === undefined) this.counts.acknowledged++;
      else if (reason.startsWith('TRANSIENT_')) again.push(message);
      else if (reason.includes('PERMISSION')) this.counts.ackDenied++;
      else this.counts.ackInvalid++;
    }
    return again;
  }
}

function* requestsOf(messages: readonly HeldMessage[]): Generator<readonly HeldMessage[]> {
  let start = 0;
  let bytes = 0;
  for (const [i, { ackId }] of messages.entries()) {
    const sizeBytes = ackId.length + 4;
    const isFull = i - start >= REQUEST_IDS_MAX || bytes + sizeBytes > REQUEST_BYTES_MAX;
    if (isFull && i > start) {
      yield messages.slice(start, i);
      start = i;
      bytes = 0;
    }
    bytes += sizeBytes;
  }
  if (start < messages.length) yield messages.slice(start);
}
