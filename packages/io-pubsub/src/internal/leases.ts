/** Keeps what is in hand from being delivered again: its deadlines are put off as long as the process lives. */
import type { v1 } from '@google-cloud/pubsub-api';
import { messageOf } from '@windrow/core';
import { oneAttempt } from './call-options.ts';
import type { Connection } from './connection.ts';
import { refusedIds } from './refused-ids.ts';

/** Pub/Sub takes requests of 512 KiB; ids are some 200 bytes. */
const REQUEST_IDS_MAX = 2000;
const TIMEOUT_MS = 10_000;
/** The least that Pub/Sub takes, but for 0, which would be a refusal. */
const SOON_S = 10;

export class Leases {
  /** Requests that failed; the messages of one come again, unless the next one is in time. */
  failures = 0;
  /** Messages whose lease was over; they come again. */
  lost = 0;
  /** Last error. */
  error: string | null = null;
  readonly #connection: Connection<v1.SubscriberClient>;
  readonly #subscription: string;
  readonly #leaseMs: number;
  readonly #ackIds: () => readonly string[];
  #timer: NodeJS.Timeout | undefined;
  #isBusy = false;

  /** @param ackIds those of all messages in hand now */
  constructor(
    connection: Connection<v1.SubscriberClient>,
    subscription: string,
    leaseMs: number,
    ackIds: () => readonly string[],
  ) {
    this.#connection = connection;
    this.#subscription = subscription;
    this.#leaseMs = leaseMs;
    this.#ackIds = ackIds;
  }

  /** Three times in the length of a lease, so that two requests may fail. */
  start(): void {
    this.#timer = setInterval(() => void this.#extend(), Math.floor(this.#leaseMs / 3));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Lets others have the messages in hand soon. They are not refused, which would send them round at once, again and again. */
  async giveBack(): Promise<void> {
    for (const ackIds of requestsOf(this.#ackIds())) {
      // A server that does not listen now will see the leases run out.
      if (!(await this.#set(ackIds, SOON_S))) return;
    }
  }

  async #extend(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (const ackIds of requestsOf(this.#ackIds())) await this.#set(ackIds, this.#leaseMs / 1000);
    this.#isBusy = false;
  }

  async #set(ackIds: string[], ackDeadlineSeconds: number): Promise<boolean> {
    const request = { subscription: this.#subscription, ackIds, ackDeadlineSeconds };
    try {
      const client = await this.#connection.client();
      await client.modifyAckDeadline(request, oneAttempt(TIMEOUT_MS));
      return true;
    } catch (error) {
      const refused = refusedIds(error);
      if (refused === null) {
        this.failures++;
        this.error = messageOf(error);
        return false;
      }
      this.lost += refused.size;
      return true;
    }
  }
}

function* requestsOf(ackIds: readonly string[]): Generator<string[]> {
  for (let at = 0; at < ackIds.length; at += REQUEST_IDS_MAX) {
    yield ackIds.slice(at, at + REQUEST_IDS_MAX);
  }
}
