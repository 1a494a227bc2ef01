/**
 * One stream of messages (the StreamingPull call), through Google's generated client.
 *
 * The high-level `Subscription` of @google-cloud/pubsub, which is built on this one, is not used: when it closes it refuses (nacks) what is in hand, its leases end
 * with its streams, without exactly-once delivery it does not say whether an acknowledgement arrived, and its limit of bytes can
 * leave messages behind undelivered (all read in version 6.3.0).
 */
import type { protos, v1 } from '@google-cloud/pubsub-api';

type ReceivedMessage = protos.google.pubsub.v1.IReceivedMessage;
type Response = protos.google.pubsub.v1.IStreamingPullResponse;

/** A server that gets no word for a while ends the stream. */
const PING_MS = 30_000;
/** The server ends each stream after about half an hour; by then we have. */
const LONGEST_MS = 3_600_000;
/** Tells the server that we know its own signs of life. */
const PROTOCOL_VERSION = 1;

export interface PullStreamOptions {
  /** `projects/P/subscriptions/S`. */
  readonly subscription: string;
  readonly leaseMs: number;
  /** Most messages and bytes of this stream that the server holds to be unacknowledged. */
  readonly maxMessages: number;
  readonly maxBytes: number;
}

export interface PullStreamHandlers {
  readonly received: (messages: readonly ReceivedMessage[]) => void;
  /** The subscription delivers exactly once. */
  readonly exactlyOnce: (isEnabled: boolean) => void;
  /** The stream is over: called once, and not after `close`. */
  readonly ended: (error: unknown) => void;
}

export class PullStream {
  readonly #handlers: PullStreamHandlers;
  readonly #stream: ReturnType<v1.SubscriberClient['streamingPull']>;
  readonly #ping: NodeJS.Timeout;
  #isOver = false;

  /** @param client initialized: a client that cannot be would end the process */
  constructor(
    client: v1.SubscriberClient,
    options: PullStreamOptions,
    handlers: PullStreamHandlers,
  ) {
    this.#handlers = handlers;
    const headers = { 'x-goog-request-params': `subscription=${options.subscription}` };
    this.#stream = client.streamingPull({ timeout: LONGEST_MS, otherArgs: { headers } });
    this.#stream.on('data', (response: Response) => this.#receive(response));
    this.#stream.on('error', (error: unknown) => this.#end(error));
    this.#stream.on('end', () => this.#end(null));
    this.#stream.write({
      subscription: options.subscription,
      streamAckDeadlineSeconds: options.leaseMs / 1000,
      maxOutstandingMessages: options.maxMessages,
      maxOutstandingBytes: options.maxBytes,
      protocolVersion: PROTOCOL_VERSION,
    });
    this.#ping = setInterval(() => this.#stream.write({}), PING_MS);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** What comes after this is not received. Nothing is given back: a lease runs out by itself. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#ping);
    this.#stream.cancel();
  }

  #receive(response: Response): void {
    if (this.#isOver) return;
    const properties = response.subscriptionProperties;
    if (properties !== null && properties !== undefined) {
      this.#handlers.exactlyOnce(properties.exactlyOnceDeliveryEnabled === true);
    }
    const messages = response.receivedMessages ?? [];
    if (messages.length > 0) this.#handlers.received(messages);
  }

  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#ping);
    this.#handlers.ended(error);
  }
}
