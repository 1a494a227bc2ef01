/**
 * Keeps streams open, whatever happens to them: one that ends is opened anew after a wait, and streams on which nothing comes
 * while the subscription has messages are all opened anew. Gives up at what will not pass, and when patience ends.
 */
import type { protos, v1 } from '@google-cloud/pubsub-api';
import { messageOf, type LiveStatus } from '@windrow/core';
import type { SourceOptions } from '../source-options.ts';
import { oneAttempt } from './call-options.ts';
import type { Connection } from './connection.ts';
import { Patience, pause } from './patience.ts';
import { PullStream } from './pull-stream.ts';
import { isTransient } from './rpc-failure.ts';

type ReceivedMessage = protos.google.pubsub.v1.IReceivedMessage;

/** A stream that has lived so long works, also if nothing came. */
const HEALTHY_MS = 5000;
const PROBE_TIMEOUT_MS = 10_000;

export interface PullerHandlers {
  readonly received: (messages: readonly ReceivedMessage[]) => void;
  readonly exactlyOnce: (isEnabled: boolean) => void;
  /** So much is in hand that nothing may be what the server sends. */
  readonly isLaden: () => boolean;
  /** It gave up. */
  readonly failed: (error: unknown, retriedMs: number) => void;
}

interface Lane {
  readonly patience: Patience;
  stream: PullStream | null;
  healthy: NodeJS.Timeout | undefined;
}

export class Puller {
  readonly #connection: Connection<v1.SubscriberClient>;
  readonly #subscription: string;
  readonly #options: SourceOptions;
  readonly #handlers: PullerHandlers;
  readonly #patience: Patience;
  readonly #lanes: readonly Lane[];
  readonly #stopping: AbortController = new AbortController();
  #watch: NodeJS.Timeout | undefined;
  #isPaused = false;
  #hasHeard = true;
  #state: LiveStatus['state'] = 'opening';
  #error: string | null = null;
  #reopened = 0;

  constructor(
    connection: Connection<v1.SubscriberClient>,
    subscription: string,
    options: SourceOptions,
    random: () => number,
    handlers: PullerHandlers,
  ) {
    this.#connection = connection;
    this.#subscription = subscription;
    this.#options = options;
    this.#handlers = handlers;
    this.#patience = new Patience(options.retryMs, random);
    const streams = Math.min(options.streams, options.maxMessages);
    this.#lanes = Array.from({ length: streams }, () => ({
      patience: new Patience(options.retryMs, random),
      stream: null,
      healthy: undefined,
    }));
  }

  get state(): LiveStatus['state'] {
    return this.#state;
  }

  /** The last error, also one that was overcome. */
  get error(): string | null {
    return this.#error;
  }

  /** How often a stream was opened anew. */
  get reopened(): number {
    return this.#reopened;
  }

  /** Asks the subscription for a message, which shows at once whether it can be read; then opens the streams. */
  async start(): Promise<void> {
    let client: v1.SubscriberClient | null = null;
    while (client === null && !this.#isStopped) {
      try {
        await this.#probe();
        client = await this.#connection.client();
      } catch (error) {
        if (!(await this.#waitAfter(error, this.#patience))) return;
      }
    }
    if (client === null || this.#isStopped) return;
    const ready = client;
    this.#state = 'ready';
    for (const lane of this.#lanes) this.#open(ready, lane);
    this.#watch = setInterval(() => void this.#look(ready), this.#options.silenceMs);
  }

  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    for (const { stream } of this.#lanes) stream?.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    // Silence while nothing was let through says nothing.
    this.#hasHeard = true;
    for (const { stream } of this.#lanes) stream?.resume();
  }

  /** Nothing is received from now on. */
  stop(): void {
    this.#stopping.abort();
    clearInterval(this.#watch);
    for (const lane of this.#lanes) this.#shut(lane);
    if (this.#state !== 'failed') this.#state = 'ended';
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #open(client: v1.SubscriberClient, lane: Lane): void {
    const { leaseMs, maxMessages, maxBytes } = this.#options;
    const limits = {
      subscription: this.#subscription,
      leaseMs,
      maxMessages: Math.ceil(maxMessages / this.#lanes.length),
      maxBytes: Math.ceil(maxBytes / this.#lanes.length),
    };
    lane.stream = new PullStream(client, limits, {
      received: (messages) => {
        this.#hasHeard = true;
        this.#works(lane);
        this.#handlers.received(messages);
      },
      exactlyOnce: this.#handlers.exactlyOnce,
      ended: (error) => void this.#reopen(client, lane, error),
    });
    if (this.#isPaused) lane.stream.pause();
    lane.healthy = setTimeout(() => this.#works(lane), HEALTHY_MS);
  }

  #works(lane: Lane): void {
    clearTimeout(lane.healthy);
    lane.patience.reset();
    if (this.#state === 'retrying') this.#state = 'ready';
  }

  async #reopen(client: v1.SubscriberClient, lane: Lane, error: unknown): Promise<void> {
    this.#shut(lane);
    // A server ends a stream now and then, without anything being wrong.
    const reason = error ?? new Error('the server ended the stream');
    if (!(await this.#waitAfter(reason, lane.patience))) return;
    this.#reopened++;
    this.#open(client, lane);
  }

  #shut(lane: Lane): void {
    clearTimeout(lane.healthy);
    lane.stream?.close();
    lane.stream = null;
  }

  /** Waits before another attempt; false where there is none to be made. */
  async #waitAfter(error: unknown, patience: Patience): Promise<boolean> {
    if (this.#isStopped) return false;
    this.#error = messageOf(error);
    const waitMs = isTransient(error) ? patience.next() : null;
    if (waitMs === null) {
      this.#fail(error, isTransient(error) ? patience.spentMs : 0);
      return false;
    }
    this.#state = 'retrying';
    await pause(waitMs, this.#stopping.signal);
    return !this.#isStopped;
  }

  #fail(error: unknown, retriedMs: number): void {
    this.#state = 'failed';
    this.stop();
    this.#handlers.failed(error, retriedMs);
  }

  /** Nothing came for a while: is there something? */
  async #look(client: v1.SubscriberClient): Promise<void> {
    const hasHeard = this.#hasHeard || this.#isPaused || this.#state !== 'ready';
    this.#hasHeard = false;
    if (hasHeard || this.#handlers.isLaden()) return;
    try {
      const isBacklog = await this.#probe();
      if (!isBacklog || this.#isStopped) return;
      this.#error = `nothing came for ${this.#options.silenceMs / 1000} s although the subscription had messages`;
    } catch (error) {
      if (this.#isStopped) return;
      this.#error = messageOf(error);
      if (!isTransient(error)) {
        this.#fail(error, 0);
        return;
      }
    }
    for (const lane of this.#lanes) {
      // One that is waiting to be opened is left to it.
      if (lane.stream === null) continue;
      this.#shut(lane);
      this.#reopened++;
      this.#open(client, lane);
    }
  }

  /** Takes a message, if there is one, as a stream would; says whether there was. */
  async #probe(): Promise<boolean> {
    const request = { subscription: this.#subscription, maxMessages: 1, returnImmediately: true };
    const client = await this.#connection.client();
    const [response] = await client.pull(request, oneAttempt(PROBE_TIMEOUT_MS));
    const messages = response.receivedMessages ?? [];
    if (messages.length > 0 && !this.#isStopped) this.#handlers.received(messages);
    return messages.length > 0;
  }
}
