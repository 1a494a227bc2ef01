/**
 * A topic as a live sink: a batch is published when Pub/Sub has given every message of it an id.
 *
 * A request that failed is sent again as a whole, so that a message may be published twice; predictions have names, by which
 * whoever reads them knows a repetition.
 */
import { v1 } from '@google-cloud/pubsub-api';
import {
  WindrowError,
  messageOf,
  type DeadLetter,
  type LiveSink,
  type LiveStatus,
  type PredictionBatch,
} from '@windrow/core';
import { deadLetterMessages, predictionMessages } from '@windrow/io';
import { oneAttempt } from './internal/call-options.ts';
import { Connection } from './internal/connection.ts';
import { clientOptions } from './internal/endpoint.ts';
import { Patience, pause } from './internal/patience.ts';
import { publishLanes, type KeyedMessage, type Lane } from './internal/publish-requests.ts';
import { failureOf, isTransient } from './internal/rpc-failure.ts';
import type { PubSubEnvironment } from './pubsub-environment.ts';
import {
  parseDeadLetterTopic,
  parsePredictionTopic,
  type PredictionTopicOptions,
  type TopicOptions,
} from './sink-options.ts';

const TIMEOUT_MS = 60_000;

/**
 * Opens `pubsub://PROJECT/TOPIC?...` for predictions; nothing is asked of the server before the first batch.
 * @throws WindrowError USAGE where the URI or one of its options is wrong
 */
export function openPubSubPredictionSink(
  uri: string,
  environment: PubSubEnvironment,
): LiveSink<PredictionBatch> {
  const options = parsePredictionTopic(uri);
  return new TopicSink(options, environment, (batch) => keyedPredictions(batch, options));
}

/**
 * Opens `pubsub://PROJECT/TOPIC?...` for dead letters; nothing is asked of the server before the first batch.
 * @throws WindrowError USAGE where the URI or one of its options is wrong
 */
export function openPubSubDeadLetterSink(
  uri: string,
  environment: PubSubEnvironment,
): LiveSink<readonly DeadLetter[]> {
  return new TopicSink(parseDeadLetterTopic(uri), environment, (letters) =>
    deadLetterMessages(letters).map((message) => ({ ...message, orderingKey: '' })),
  );
}

function keyedPredictions(
  batch: PredictionBatch,
  { form, pack, isOrdered }: PredictionTopicOptions,
): KeyedMessage[] {
  const messages = predictionMessages(batch, { form, pack, byLine: isOrdered });
  return messages.map(({ bytes, attributes, lineId }) => ({
    bytes,
    attributes,
    orderingKey: isOrdered ? (lineId ?? '') : '',
  }));
}

class TopicSink<Batch> implements LiveSink<Batch> {
  readonly uri: string;
  readonly #options: TopicOptions;
  readonly #connection: Connection<v1.PublisherClient>;
  readonly #topic: string;
  readonly #random: () => number;
  readonly #encode: (batch: Batch) => readonly KeyedMessage[];
  readonly #closing: AbortController = new AbortController();
  #state: LiveStatus['state'] = 'opening';
  #error: string | null = null;
  #messages = 0;
  #bytes = 0;
  #requests = 0;
  #retries = 0;

  constructor(
    options: TopicOptions,
    environment: PubSubEnvironment,
    encode: (batch: Batch) => readonly KeyedMessage[],
  ) {
    const { uri } = options;
    this.uri = uri.uri;
    this.#options = options;
    const place = clientOptions(uri.uri, options.endpoint, environment);
    this.#connection = new Connection(() => new v1.PublisherClient(place));
    this.#topic = `projects/${uri.project}/topics/${uri.name}`;
    this.#random = environment.random;
    this.#encode = encode;
  }

  async publish(batch: Batch): Promise<void> {
    const { batchMessages, batchBytes, requests } = this.#options;
    const limits = { messages: batchMessages, bytes: batchBytes };
    const lanes = publishLanes(this.#encode(batch), limits, this.uri)[Symbol.iterator]();
    const failed = new AbortController();
    const work = async (): Promise<void> => {
      for (const lane of lanes) await this.#publishLane(lane, failed);
    };
    const outcomes = await Promise.allSettled(Array.from({ length: requests }, work));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
    this.#state = 'ready';
  }

  status(): LiveStatus {
    return {
      uri: this.uri,
      state: this.#state,
      error: this.#error,
      counters: {
        messages: this.#messages,
        bytes: this.#bytes,
        requests: this.#requests,
        retries: this.#retries,
      },
    };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#state !== 'failed') this.#state = 'ended';
    await this.#connection.close();
  }

  /** @param failed set where another request of the batch failed for good: what is left of it is not sent */
  async #publishLane(lane: Lane, failed: AbortController): Promise<void> {
    for (const request of lane.requests) {
      if (failed.signal.aborted) return;
      try {
        await this.#send(request);
      } catch (error) {
        failed.abort();
        throw error;
      }
    }
  }

  async #send(request: readonly KeyedMessage[]): Promise<void> {
    const patience = new Patience(this.#options.retryMs, this.#random);
    const messages = request.map(({ bytes, attributes, orderingKey }) => ({
      data: bytes,
      attributes,
      orderingKey,
    }));
    for (;;) {
      try {
        this.#requests++;
        const client = await this.#connection.client();
        await client.publish({ topic: this.#topic, messages }, oneAttempt(TIMEOUT_MS));
        break;
      } catch (error) {
        await this.#waitAfter(error, patience);
      }
    }
    this.#state = 'ready';
    this.#messages += request.length;
    for (const { bytes } of request) this.#bytes += bytes.length;
  }

  async #waitAfter(error: unknown, patience: Patience): Promise<void> {
    this.#error = messageOf(error);
    if (this.#closing.signal.aborted) {
      throw new WindrowError('OUTPUT', `${this.uri}: was closed before it took everything`, {
        cause: error,
      });
    }
    const waitMs = isTransient(error) ? patience.next() : null;
    if (waitMs === null) {
      this.#state = 'failed';
      const retriedMs = isTransient(error) ? patience.spentMs : 0;
      throw failureOf(error, this.#options.uri, 'topic', retriedMs);
    }
    this.#state = 'retrying';
    this.#retries++;
    await pause(waitMs, this.#closing.signal);
  }
}
