/** Sets up topics and subscriptions, publishes and looks, through Google's own client: of the fake and of the emulator alike. */
import { v1 } from '@google-cloud/pubsub-api';
import { credentials } from '@grpc/grpc-js';
import { PassThroughClient } from 'google-auth-library';

export const PROJECT = 'windrow-test';

export interface PlainMessage {
  readonly data: Buffer;
  readonly attributes: Record<string, string>;
  readonly orderingKey: string;
}

export class PubSubAdmin {
  readonly host: string;
  readonly #publisher: v1.PublisherClient;
  readonly #subscriber: v1.SubscriberClient;
  #lastName = 0;

  constructor(host: string) {
    this.host = host;
    const [servicePath, port] = host.split(':');
    const options = {
      servicePath: servicePath!,
      port: Number(port),
      sslCreds: credentials.createInsecure(),
      authClient: new PassThroughClient(),
    };
    this.#publisher = new v1.PublisherClient(options);
    this.#subscriber = new v1.SubscriberClient(options);
  }

  /** A new topic with a subscription; returns their short names. */
  async create(isExactlyOnce = false): Promise<{ topic: string; subscription: string }> {
    const name = `test-${++this.#lastName}`;
    const topic = `projects/${PROJECT}/topics/${name}`;
    await this.#publisher.createTopic({ name: topic });
    await this.#subscriber.createSubscription({
      name: `projects/${PROJECT}/subscriptions/${name}`,
      topic,
      ackDeadlineSeconds: 10,
      enableExactlyOnceDelivery: isExactlyOnce,
    });
    return { topic: name, subscription: name };
  }

  async publish(
    topic: string,
    messages: readonly { data: Uint8Array; attributes?: Record<string, string> }[],
  ): Promise<void> {
    for (let at = 0; at < messages.length; at += 1000) {
      await this.#publisher.publish({
        topic: `projects/${PROJECT}/topics/${topic}`,
        messages: messages.slice(at, at + 1000),
      });
    }
  }

  /** Takes so many messages off a subscription, in the order in which they come. */
  async take(subscription: string, count: number): Promise<PlainMessage[]> {
    const path = `projects/${PROJECT}/subscriptions/${subscription}`;
    const taken: PlainMessage[] = [];
    while (taken.length < count) {
      const [{ receivedMessages }] = await this.#subscriber.pull({
        subscription: path,
        maxMessages: 1000,
      });
      const received = receivedMessages ?? [];
      for (const { message } of received) {
        taken.push({
          data: Buffer.from(message?.data ?? ''),
          attributes: message?.attributes ?? {},
          orderingKey: message?.orderingKey ?? '',
        });
      }
      if (received.length > 0) {
        const ackIds = received.map(({ ackId }) => ackId ?? '');
        await this.#subscriber.acknowledge({ subscription: path, ackIds });
      }
    }
    return taken;
  }

  async close(): Promise<void> {
    await this.#publisher.close();
    await this.#subscriber.close();
  }
}
