/** Keeps what is in hand from being delivered again: its deadlines are put off as long as the process lives. */
import type { v1 } from '@google-cloud/pubsub-api';
import { messageOf } from '@windrow/core';
import { oneAttempt } from './call-options.ts';

/** Pub/Sub takes requests of 512 KiB; ids are some 200 bytes. */
const REQUEST_IDS_MAX = 2000;
const TIMEOUT_MS = 10_000;
/** The least that Pub/Sub takes, but for 0, which would be a refusal. */
const SOON_S = 10;

export class Leases {
  /** Requests that failed; the messages of one come again, unless the next one is in time. */
  failures = 0;
  /** Last error. */
  error: string | null = null;
  readonly #client: v1.SubscriberClient;
  readonly #subscription: string;
  readonly #leaseMs: number;
  readonly #ackIds: () => readonly string[];
  #timer: NodeJS.Timeout | undefined;

  /** @param ackIds those of all messages in hand now */
  constructor(
    client: v1.SubscriberClient,
    subscription: string,
    leaseMs: number,
    ackIds: () => readonly string[],
  ) {
    this.#client = client;
    this.#subscription = subscription;
    this.#leaseMs = leaseMs;
    this.#ackIds = ackIds;
  }

  /** Three times in the length of a lease, so that two requests may fail. */
  start(): void {
    this.#timer = setInterval(
      () => void this.#set(this.#leaseMs / 1000),
      Math.floor(this.#leaseMs / 3),
    );
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Lets others have the messages in hand soon. They are not refused, which would send them round at once, again and again. */
  async giveBack(): Promise<void> {
    await this.#set(SOON_S);
  }

  async #set(ackDeadlineSeconds: number): Promise<void> {
    const all = this.#ackIds();
    for (let at = 0; at < all.length; at += REQUEST_IDS_MAX) {
      const ackIds = all.slice(at, at + REQUEST_IDS_MAX);
      try {
        await this.#client.modifyAckDeadline(
          { subscription: this.#subscription, ackIds, ackDeadlineSeconds },
          oneAttempt(TIMEOUT_MS),
        );
      } catch (error) {
        this.failures++;
        this.error = messageOf(error);
      }
    }
  }
}
