/**
 * A subscription as a live source: messages are samples, deliveries are messages that came together, and a message is
 * acknowledged when a checkpoint holds what it changed.
 *
 *     streams -> intake (ids, limits) -> decode -> delivery 1, 2, 3 ... -> acknowledge(n) -> Acknowledge requests
 *                  |_ leases: deadlines are put off while a message is in hand
 */
import { v1, type protos } from '@google-cloud/pubsub-api';
import {
  assert,
  type Delivery,
  type LiveReadOptions,
  type LiveSource,
  type LiveStatus,
  type WindrowError,
} from '@windrow/core';
import { MessageDecoder, RowBuffer } from '@windrow/io';
import { Acknowledger } from './internal/acknowledger.ts';
import { Connection } from './internal/connection.ts';
import { clientOptions } from './internal/endpoint.ts';
import { Intake, type ArrivedMessage, type HeldMessage } from './internal/intake.ts';
import { Leases } from './internal/leases.ts';
import { pause } from './internal/patience.ts';
import { Puller } from './internal/puller.ts';
import { failureOf } from './internal/rpc-failure.ts';
import { Wakeup } from './internal/wakeup.ts';
import type { PubSubEnvironment } from './pubsub-environment.ts';
import { parseSourceOptions, type SourceOptions } from './source-options.ts';

/** A delivery is handed over when it holds so much, however short the wait was. */
const DELIVERY_ROWS = 32_768;
const DELIVERY_BYTES = 4 << 20;
/** How long `close` waits for the acknowledgements under way. */
const CLOSE_MS = 10_000;

/**
 * Opens `pubsub://PROJECT/SUBSCRIPTION?...`; nothing is asked of the server before `deliveries`.
 * @throws WindrowError USAGE where the URI or one of its options is wrong
 */
export function openPubSubSource(uri: string, environment: PubSubEnvironment): LiveSource {
  return new SubscriptionSource(parseSourceOptions(uri), environment);
}

class SubscriptionSource implements LiveSource {
  readonly uri: string;
  readonly #options: SourceOptions;
  readonly #connection: Connection<v1.SubscriberClient>;
  readonly #intake: Intake;
  readonly #puller: Puller;
  readonly #leases: Leases;
  readonly #acknowledger: Acknowledger;
  readonly #changed: Wakeup = new Wakeup();
  readonly #giveUp: AbortController = new AbortController();
  readonly #acknowledging: Set<Promise<void>> = new Set();
  #failure: WindrowError | null = null;
  #isRead = false;
  #closing: Promise<void> | null = null;
  #sequence = 0;
  #messages = 0;
  #bytes = 0;
  #samples = 0;
  #rejected = 0;
  #redelivered = 0;
  #isExactlyOnce = false;

  constructor(options: SourceOptions, environment: PubSubEnvironment) {
    const { uri, leaseMs } = options;
    this.uri = uri.uri;
    this.#options = options;
    const place = clientOptions(uri.uri, options.endpoint, environment);
    this.#connection = new Connection(() => new v1.SubscriberClient(place));
    const subscription = `projects/${uri.project}/subscriptions/${uri.name}`;
    const { random } = environment;
    this.#intake = new Intake(options);
    this.#puller = new Puller(this.#connection, subscription, options, random, {
      received: (messages) => this.#receive(messages),
      exactlyOnce: (isEnabled) => {
        this.#isExactlyOnce = isEnabled;
      },
      isLaden: () => this.#intake.isHalfFull,
      failed: (error, retriedMs) => {
        this.#failure = failureOf(error, uri, 'subscription', retriedMs);
        this.#changed.wake();
      },
    });
    this.#leases = new Leases(this.#connection, subscription, leaseMs, () => this.#intake.ackIds());
    this.#acknowledger = new Acknowledger(
      this.#connection,
      subscription,
      random,
      this.#giveUp.signal,
    );
  }

  async *deliveries(options: LiveReadOptions): AsyncGenerator<Delivery> {
    assert(!this.#isRead, 'a source is read once');
    this.#isRead = true;
    const { signal } = options;
    const rows = new RowBuffer(options.dictionary);
    const decoder = new MessageDecoder({
      dictionary: options.dictionary,
      source: this.uri.split('?')[0]!,
      reject: (letter) => {
        this.#rejected++;
        options.reject(letter);
      },
      form: this.#options.form,
      fields: this.#options.fields,
    });
    const wake = (): void => this.#changed.wake();
    signal.addEventListener('abort', wake);
    this.#leases.start();
    void this.#puller.start();
    try {
      while (await this.#hasNext(signal)) {
        await this.#gather(decoder, rows, signal);
        this.#sequence++;
        this.#intake.deliver(this.#sequence);
        this.#samples += rows.columns.length;
        yield { batch: rows.columns, sequence: this.#sequence, position: null };
        rows.clear();
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#puller.stop();
    }
  }

  async acknowledge(sequence: number): Promise<void> {
    const work = this.#acknowledge(this.#intake.settle(sequence));
    await this.#track(work);
  }

  status(): LiveStatus {
    const { counts } = this.#acknowledger;
    return {
      uri: this.uri,
      state: this.#puller.state,
      error:
        this.#failure?.message ??
        this.#puller.error ??
        this.#acknowledger.error ??
        this.#leases.error,
      counters: {
        messages: this.#messages,
        bytes: this.#bytes,
        samples: this.#samples,
        rejected: this.#rejected,
        deliveries: this.#sequence,
        waiting: this.#intake.size - this.#intake.outstanding,
        unacknowledged: this.#intake.size,
        unacknowledged_bytes: this.#intake.sizeBytes,
        acknowledged: counts.acknowledged,
        ack_invalid: counts.ackInvalid,
        ack_denied: counts.ackDenied,
        ack_given_up: counts.ackGivenUp,
        lease_failures: this.#leases.failures,
        leases_lost: this.#leases.lost,
        redelivered: this.#redelivered,
        reopened: this.#puller.reopened,
        exactly_once: this.#isExactlyOnce ? 1 : 0,
      },
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#puller.stop();
    this.#leases.stop();
    this.#changed.wake();
    const settled = new AbortController();
    void Promise.all(this.#acknowledging).then(() => settled.abort());
    await pause(CLOSE_MS, settled.signal);
    this.#giveUp.abort();
    if (this.#failure === null) await this.#leases.giveBack();
    await this.#connection.close();
  }

  #receive(received: readonly protos.google.pubsub.v1.IReceivedMessage[]): void {
    const known: HeldMessage[] = [];
    for (const each of received) {
      const message = arrived(each);
      const arrival = this.#intake.arrive(message);
      if (arrival === 'taken') {
        this.#messages++;
        this.#bytes += message.bytes.length;
        continue;
      }
      this.#redelivered++;
      if (arrival === 'settled') known.push(heldOf(message));
    }
    if (known.length > 0) void this.#track(this.#acknowledger.acknowledge(known, nothing));
    if (this.#intake.isFull) this.#puller.pause();
    this.#changed.wake();
  }

  /** Waits until something can be handed over; false when nothing more will be. */
  async #hasNext(signal: AbortSignal): Promise<boolean> {
    for (;;) {
      if (signal.aborted || this.#closing !== null) return false;
      if (this.#intake.hasNext) return true;
      if (this.#failure !== null) throw this.#failure;
      await this.#changed.wait();
    }
  }

  /** Decodes what waits, and what comes within the time that a delivery waits for more. */
  async #gather(decoder: MessageDecoder, rows: RowBuffer, signal: AbortSignal): Promise<void> {
    const linger = this.#changed.timer(this.#options.lingerMs);
    let bytes = 0;
    try {
      while (rows.columns.length < DELIVERY_ROWS && bytes < DELIVERY_BYTES) {
        const message = this.#intake.take();
        if (message !== null) {
          bytes += message.bytes.length;
          decoder.decode(message, `message ${message.id}`, rows);
          continue;
        }
        const isHeldUp = this.#intake.size > this.#intake.outstanding;
        if (linger.isOver || isHeldUp || signal.aborted || this.#failure !== null) return;
        await this.#changed.wait();
      }
    } finally {
      linger.cancel();
    }
  }

  async #acknowledge(messages: readonly HeldMessage[]): Promise<void> {
    await this.#acknowledger.acknowledge(messages, (settled) => {
      this.#intake.release(settled);
      if (!this.#intake.isFull) this.#puller.resume();
      this.#changed.wake();
    });
  }

  async #track(work: Promise<void>): Promise<void> {
    this.#acknowledging.add(work);
    try {
      await work;
    } finally {
      this.#acknowledging.delete(work);
    }
  }
}

function nothing(): void {
  // The messages are in hand no longer.
}

function heldOf({ id, ackId, bytes }: ArrivedMessage): HeldMessage {
  return { id, ackId, sizeBytes: bytes.length, isSettling: true };
}

function arrived({ ackId, message }: protos.google.pubsub.v1.IReceivedMessage): ArrivedMessage {
  const data = message?.data ?? '';
  return {
    id: message?.messageId ?? '',
    ackId: ackId ?? '',
    bytes: typeof data === 'string' ? Buffer.from(data, 'base64') : data,
    attributes: message?.attributes ?? {},
  };
}
