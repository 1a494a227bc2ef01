/**
 * Pub/Sub in this process: a gRPC server on 127.0.0.1, made from the protos inside Google's own client, to which that client
 * speaks as it does to Google. It injects faults (faults.ts), from a seed.
 *
 * Unlike Google's it ignores an acknowledgement that comes too late, always: the worst that may happen.
 */
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  Server,
  ServerCredentials,
  loadPackageDefinition,
  status,
  type GrpcObject,
  type ServerDuplexStream,
  type ServiceClientConstructor,
  type ServiceError,
  type UntypedServiceImplementation,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { ackError } from './ack-error.ts';
import { FakeSubscription, type FakeMessage, type FakeStream } from './fake-subscription.ts';
import { PubSubFaults, type FailingCalls } from './faults.ts';
import { seededRandom } from './seeded-random.ts';

const REQUEST_BYTES_MAX = 10_000_000;
const EXPIRE_EVERY_MS = 20;
/** Trailers of HTTP/2 hold some kilobytes. */
const REFUSED_MAX = 60;
/** What Google gives a subscription that does not say. */
const DEADLINE_S = 10;

export interface PubSubFakeOptions {
  readonly seed?: number;
  /** How long a second of an ack deadline takes: tests need not wait for those. */
  readonly secondMs?: number;
}

interface Call<Request> {
  readonly request: Request;
}

interface StreamRequest {
  readonly subscription: string;
  readonly streamAckDeadlineSeconds: number;
  readonly maxOutstandingMessages: number;
  readonly maxOutstandingBytes: number;
}

type Unary<Request, Response> = (call: Call<Request>, reply: sendUnaryData<Response>) => void;

export class PubSubFake {
  readonly faults: PubSubFaults = new PubSubFaults();
  /** `host:port` */
  host = '';
  /** Publish requests that came. */
  publishRequests = 0;
  readonly #secondMs: number;
  readonly #random: () => number;
  readonly #server: Server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  readonly #topics: Map<string, FakeMessage[]> = new Map();
  readonly #subscriptions: Map<string, FakeSubscription> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;

  private constructor({ seed = 1, secondMs = 1000 }: PubSubFakeOptions) {
    this.#random = seededRandom(seed);
    this.#secondMs = secondMs;
  }

  static async start(options: PubSubFakeOptions = {}): Promise<PubSubFake> {
    const fake = new PubSubFake(options);
    for (const [service, implementation] of fake.#services()) {
      fake.#server.addService(service, implementation);
    }
    const port = await new Promise<number>((resolve, reject) => {
      const credentials = ServerCredentials.createInsecure();
      fake.#server.bindAsync('127.0.0.1:0', credentials, (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    fake.host = `127.0.0.1:${port}`;
    fake.#timer = setInterval(() => {
      for (const subscription of fake.#subscriptions.values()) subscription.expire();
    }, EXPIRE_EVERY_MS);
    return fake;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#server.forceShutdown();
    await Promise.resolve();
  }

  /** @param path `projects/P/topics/T` */
  createTopic(path: string): void {
    this.#topics.set(path, []);
  }

  /** @param path `projects/P/subscriptions/S` */
  createSubscription(path: string, topic: string, isExactlyOnce = false): FakeSubscription {
    const names = { name: path, topic, isExactlyOnce };
    const subscription = new FakeSubscription(names, this.faults, this.#random, this.#secondMs);
    this.#subscriptions.set(path, subscription);
    return subscription;
  }

  deleteSubscription(path: string): void {
    this.#subscriptions.get(path)?.breakStreams();
    this.#subscriptions.delete(path);
  }

  /** What was published to a topic, in order of arrival. */
  published(topic: string): readonly FakeMessage[] {
    return this.#topics.get(topic) ?? [];
  }

  /** Publishes without a client; returns the ids. */
  publish(
    topic: string,
    messages: readonly {
      data: Uint8Array;
      attributes?: Record<string, string>;
      orderingKey?: string;
    }[],
  ): string[] {
    const ids = messages.map(({ data, attributes = {}, orderingKey = '' }) => {
      const messageId = String(++this.#lastId);
      const message = { data: Buffer.from(data), attributes, messageId, orderingKey };
      this.#topics.get(topic)!.push(message);
      for (const subscription of this.#subscriptions.values()) {
        if (subscription.topic === topic) subscription.add(message);
      }
      return messageId;
    });
    for (const subscription of this.#subscriptions.values()) subscription.pump();
    return ids;
  }

  #services(): [ServiceClientConstructor['service'], UntypedServiceImplementation][] {
    const types = loadPackageDefinition(fromJSON(protosOf('pubsub'), LOADING));
    const iam = loadPackageDefinition(fromJSON(protosOf('iam'), LOADING));
    const pubsub = 'google.pubsub.v1';
    return [
      [serviceOf(types, `${pubsub}.Publisher`), this.#publisher()],
      [serviceOf(types, `${pubsub}.Subscriber`), this.#subscriber()],
      [serviceOf(iam, 'google.iam.v1.IAMPolicy'), this.#iam()],
    ];
  }

  #publisher(): UntypedServiceImplementation {
    return {
      createTopic: this.#unary(null, ({ name }: { name: string }) => {
        this.createTopic(name);
        return { name };
      }),
      getTopic: this.#unary(null, ({ topic }: { topic: string }) => {
        this.#topic(topic);
        return { name: topic };
      }),
      publish: this.#unary(this.faults.publish, (request: PublishRequest) => {
        this.publishRequests++;
        this.#topic(request.topic);
        const bytes = request.messages.reduce((sum, { data }) => sum + data.length, 0);
        if (bytes > REQUEST_BYTES_MAX || request.messages.length > 1000) {
          throw problem(status.INVALID_ARGUMENT, 'The request is too large.');
        }
        return { messageIds: this.publish(request.topic, request.messages) };
      }),
    };
  }

  #subscriber(): UntypedServiceImplementation {
    return {
      createSubscription: this.#unary(null, (request: SubscriptionRequest) => {
        this.createSubscription(request.name, request.topic, request.enableExactlyOnceDelivery);
        return request;
      }),
      getSubscription: this.#unary(null, ({ subscription }: { subscription: string }) => {
        const { name, topic, isExactlyOnce } = this.#subscription(subscription);
        return { name, topic, enableExactlyOnceDelivery: isExactlyOnce };
      }),
      pull: this.#unary(
        this.faults.pull,
        ({ subscription, maxMessages }: { subscription: string; maxMessages: number }) => ({
          receivedMessages: this.#subscription(subscription).pull(
            maxMessages,
            DEADLINE_S * this.#secondMs,
          ),
        }),
      ),
      acknowledge: this.#unary(this.faults.acknowledge, (request: AckRequest) =>
        this.#acknowledge(request),
      ),
      modifyAckDeadline: this.#unary(null, (request: DeadlineRequest) => {
        const subscription = this.#subscription(request.subscription);
        for (const ackId of request.ackIds) {
          subscription.setDeadline(ackId, request.ackDeadlineSeconds);
        }
        subscription.pump();
        return {};
      }),
      streamingPull: (call: ServerDuplexStream<StreamRequest, unknown>) => this.#stream(call),
    };
  }

  #iam(): UntypedServiceImplementation {
    return {
      testIamPermissions: this.#unary(
        null,
        ({ resource, permissions }: { resource: string; permissions: string[] }) => {
          if (resource.includes('/topics/')) this.#topic(resource);
          else this.#subscription(resource);
          return { permissions };
        },
      ),
    };
  }

  #acknowledge({ subscription, ackIds }: AckRequest): object {
    const target = this.#subscription(subscription);
    const refused = new Map<string, 'invalid' | 'transient'>();
    for (const ackId of ackIds) {
      const outcome = target.acknowledge(ackId);
      // An error has room for some ids only; of the others nothing is said.
      if (outcome !== 'done' && refused.size < REFUSED_MAX) refused.set(ackId, outcome);
    }
    target.pump();
    if (refused.size > 0) throw Object.assign(new Error('refused'), ackError(refused));
    return {};
  }

  #stream(call: ServerDuplexStream<StreamRequest, unknown>): void {
    let opened: { stream: FakeStream; subscription: FakeSubscription } | null = null;
    const shut = (): void => {
      if (opened !== null) opened.subscription.shut(opened.stream);
    };
    const fail = (code: status, text: string): void => {
      shut();
      call.emit('error', problem(code, text));
    };
    call.on('data', (request: StreamRequest) => {
      if (opened !== null || request.subscription === '') return;
      const code = PubSubFaults.take(this.faults.streamingPull);
      const subscription = this.#subscriptions.get(request.subscription);
      if (this.faults.isDenied) {
        fail(status.PERMISSION_DENIED, 'User not authorized to perform this action.');
      } else if (code !== null) {
        fail(code, 'injected');
      } else if (subscription === undefined) {
        fail(status.NOT_FOUND, `Resource not found (resource=${request.subscription}).`);
      } else {
        const stream = this.#streamOf(call, request, subscription, () =>
          fail(status.UNAVAILABLE, 'injected'),
        );
        opened = { stream, subscription };
        subscription.open(stream);
      }
    });
    call.on('cancelled', shut);
    call.on('end', () => {
      shut();
      call.end();
    });
  }

  #streamOf(
    call: ServerDuplexStream<StreamRequest, unknown>,
    request: StreamRequest,
    { isExactlyOnce }: FakeSubscription,
    fail: () => void,
  ): FakeStream {
    const unlimited = Number.MAX_SAFE_INTEGER;
    return {
      leaseMs: request.streamAckDeadlineSeconds * this.#secondMs,
      maxMessages: request.maxOutstandingMessages || unlimited,
      maxBytes: request.maxOutstandingBytes || unlimited,
      isSilent: false,
      sent: 0,
      outstanding: 0,
      outstandingBytes: 0,
      send: (receivedMessages) => {
        call.write({
          receivedMessages,
          subscriptionProperties: { exactlyOnceDeliveryEnabled: isExactlyOnce },
        });
      },
      fail,
    };
  }

  /** A call with an answer, which may be made to fail. */
  #unary<Request, Response>(
    failing: FailingCalls | null,
    answer: (request: Request) => Response,
  ): Unary<Request, Response> {
    return ({ request }, reply) => {
      const code = failing === null ? null : PubSubFaults.take(failing);
      try {
        if (this.faults.isDenied) {
          throw problem(status.PERMISSION_DENIED, 'User not authorized to perform this action.');
        }
        if (code !== null && failing?.isDone === false) throw problem(code, 'injected');
        const response = answer(request);
        if (code !== null) throw problem(code, 'injected');
        reply(null, response);
      } catch (error) {
        reply(error as ServiceError);
      }
    };
  }

  #topic(name: string): void {
    if (this.#topics.has(name)) return;
    throw problem(status.NOT_FOUND, `Resource not found (resource=${name}).`);
  }

  #subscription(name: string): FakeSubscription {
    const subscription = this.#subscriptions.get(name);
    if (subscription !== undefined) return subscription;
    throw problem(status.NOT_FOUND, `Resource not found (resource=${name}).`);
  }
}

interface PublishRequest {
  readonly topic: string;
  readonly messages: readonly {
    data: Buffer;
    attributes: Record<string, string>;
    orderingKey: string;
  }[];
}

interface SubscriptionRequest {
  readonly name: string;
  readonly topic: string;
  readonly enableExactlyOnceDelivery: boolean;
}

interface AckRequest {
  readonly subscription: string;
  readonly ackIds: readonly string[];
}

interface DeadlineRequest extends AckRequest {
  readonly ackDeadlineSeconds: number;
}

const LOADING = { longs: Number, enums: String, defaults: true };

/** The protos inside Google's client, as JSON. */
function protosOf(what: 'pubsub' | 'iam'): object {
  const require = createRequire(import.meta.url);
  const pubsub = require.resolve('@google-cloud/pubsub-api/build/protos/protos.json');
  // google-gax exports its code only; its protos are beside it.
  const gax = createRequire(pubsub).resolve('google-gax');
  const path = what === 'pubsub' ? pubsub : join(dirname(gax), '..', 'protos', 'iam_service.json');
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}

function serviceOf(types: GrpcObject, path: string): ServiceClientConstructor['service'] {
  let at: unknown = types;
  for (const part of path.split('.')) at = (at as Record<string, unknown>)[part];
  return (at as ServiceClientConstructor).service;
}

function problem(code: status, details: string): Partial<ServiceError> & Error {
  return Object.assign(new Error(details), { code, details });
}
