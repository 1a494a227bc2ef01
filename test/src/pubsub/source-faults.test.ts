/** What a subscription survives, and what it says when it does not: faults of the fake, from seeds. */
import { status } from '@grpc/grpc-js';
import { afterAll, describe, expect, it } from 'vitest';
import type { FakeSubscription } from '../fakes/pubsub/fake-subscription.ts';
import { PubSubFake, type PubSubFakeOptions } from '../fakes/pubsub/pubsub-fake.ts';
import { PROJECT } from './pubsub-admin.ts';
import { Reading, messages, openSource, range } from './reading.ts';

const TOPIC = `projects/${PROJECT}/topics/readings`;
const SUBSCRIPTION = `projects/${PROJECT}/subscriptions/readings`;

const fakes: PubSubFake[] = [];

afterAll(async () => {
  for (const fake of fakes.splice(0)) await fake.stop();
});

interface Setup {
  readonly fake: PubSubFake;
  readonly subscription: FakeSubscription;
}

async function setup(isExactlyOnce = false, options: PubSubFakeOptions = {}): Promise<Setup> {
  const fake = await PubSubFake.start(options);
  fakes.push(fake);
  fake.createTopic(TOPIC);
  return { fake, subscription: fake.createSubscription(SUBSCRIPTION, TOPIC, isExactlyOnce) };
}

function read(
  fake: PubSubFake,
  query = '',
  handle?: ConstructorParameters<typeof Reading>[1],
): Reading {
  return new Reading(openSource(fake.host, 'readings', query), handle);
}

/** A reading that acknowledges each delivery when `behind` further ones have come, as checkpoints do. */
function checkpointed(fake: PubSubFake, query: string, behind: number): Reading {
  const reading = read(fake, query, async ({ sequence }) => {
    if (sequence > behind) await reading.source.acknowledge(sequence - behind);
  });
  return reading;
}

describe.concurrent('a subscription with faults', () => {
  for (const [isExactlyOnce, seed] of [
    [false, 1],
    [true, 2],
  ] as const) {
    it(`loses none of 20,000 messages, acknowledges none untold (exactly-once delivery ${isExactlyOnce ? 'on' : 'off'}, seed ${seed})`, async () => {
      const { fake, subscription } = await setup(isExactlyOnce, { seed, secondMs: 50 });
      const { faults } = fake;
      faults.breakAfterMessages = 1700;
      faults.duplicates = 0.05;
      faults.disorder = 200;
      faults.expiredAcks = 0.05;
      faults.transientAcks = 0.05;
      faults.excess = 100;
      const count = 20_000;
      const ids = fake.publish(TOPIC, messages(range(0, count)));
      const valueOf = new Map(ids.map((id, value) => [id, value]));
      /** Values that the consumer said need not come again. */
      const told = new Set<number>();
      const query = 'max_messages=3000&lease_s=10&linger_ms=2';
      const reading = read(fake, query, ({ sequence }) => {
        if (sequence % 4 !== 0) return;
        faults.acknowledge.count = sequence % 8 === 0 ? 1 : 0;
        faults.acknowledge.isDone = sequence % 16 === 0;
        tell();
        void reading.source.acknowledge(sequence);
      });
      const tell = (): void => {
        for (let i = told.size; i < reading.values.length; i++) told.add(reading.values[i]!);
      };
      const untold: string[] = [];
      let looked = 0;
      const isDone = (): boolean => {
        for (; looked < subscription.acknowledged.length; looked++) {
          const id = subscription.acknowledged[looked]!;
          if (!told.has(valueOf.get(id)!)) untold.push(id);
        }
        tell();
        const last = reading.handed.at(-1)?.sequence ?? 0;
        void reading.source.acknowledge(last);
        return subscription.backlog === 0;
      };
      await reading.untilTrue(isDone);
      await reading.stop();
      expect(untold).toEqual([]);
      expect(new Set(reading.values).size).toBe(count);
      // While it is in hand and after it was acknowledged a message is known: nothing was handed over twice.
      expect(reading.values).toHaveLength(count);
      expect(subscription.acknowledged).toHaveLength(count);
      expect(subscription.nacks).toBe(0);
      const { counters } = reading.source.status();
      expect(counters['reopened']).toBeGreaterThan(5);
      expect(counters['redelivered']).toBeGreaterThan(100);
      expect(counters['ack_invalid']! > 0).toBe(isExactlyOnce);
    });
  }

  it('hands a message over once while it is in hand, however often it comes', async () => {
    // A deadline of 10 s takes 0.1 s, and is put off every 3.3 s only.
    const { fake, subscription } = await setup(false, { secondMs: 10 });
    const [id] = fake.publish(TOPIC, messages([1]));
    const reading = read(fake, 'lease_s=10');
    await reading.untilTrue(() => reading.source.status().counters['redelivered']! >= 3);
    expect(reading.values).toEqual([1]);
    expect(subscription.deliveries.get(id!)).toBeGreaterThan(3);
    await reading.source.acknowledge(1);
    await reading.untilTrue(() => subscription.backlog === 0);
    await reading.stop();
  });

  it('puts off the deadlines of what is in hand', async () => {
    const { fake, subscription } = await setup(false, { secondMs: 400 });
    const [id] = fake.publish(TOPIC, messages([1]));
    const reading = read(fake, 'lease_s=10');
    await reading.until(1);
    // Without a sign of life it would come again after 4 s.
    await new Promise((resolve) => setTimeout(resolve, 5500));
    expect(subscription.deliveries.get(id!)).toBe(1);
    await reading.stop();
    expect(subscription.leased).toBe(1);
  });

  it('never hands over more than it may, in messages and bytes, and asks for no more when the consumer is slow', async () => {
    const { fake, subscription } = await setup();
    fake.faults.excess = 7;
    const [{ data }] = messages([1]) as [{ data: Buffer }];
    const maxBytes = data.length * 25 + 3;
    fake.publish(TOPIC, messages(range(0, 2000)));
    const query = `max_messages=1000&max_bytes=${maxBytes}&streams=1&linger_ms=1`;
    const reading = read(fake, query);
    let acknowledged = 0;
    while (acknowledged < 2000) {
      await reading.untilTrue(() => reading.values.length > acknowledged);
      // Time for more to come than may.
      await new Promise((resolve) => setTimeout(resolve, 3));
      const outstanding = reading.values.length - acknowledged;
      expect(outstanding).toBeGreaterThan(0);
      expect(outstanding).toBeLessThanOrEqual(26);
      // What is received beyond that is what the server sent too much, and what is on its way.
      expect(subscription.leased).toBeLessThanOrEqual(150);
      const { sequence } = reading.handed.at(-1)!;
      acknowledged = reading.values.length;
      await reading.source.acknowledge(sequence);
    }
    await reading.stop();
    expect(reading.values.toSorted((a, b) => a - b)).toEqual(range(0, 2000));
  });

  it('opens its streams anew when they are silent and the subscription is not', async () => {
    const { fake, subscription } = await setup();
    fake.publish(TOPIC, messages([1]));
    const reading = checkpointed(fake, 'silence_s=0.2', 0);
    await reading.until(1);
    await reading.untilTrue(() => subscription.streams === 2);
    subscription.silence();
    fake.publish(TOPIC, messages(range(2, 100)));
    await reading.until(99);
    const { counters, error, state } = reading.source.status();
    expect(counters['reopened']).toBeGreaterThanOrEqual(2);
    expect(error).toBe('nothing came for 0.2 s although the subscription had messages');
    expect(state).toBe('ready');
    // A subscription that has nothing is left alone.
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(reading.source.status().counters['reopened']).toBe(counters['reopened']);
    await reading.stop();
    expect(subscription.acknowledged).toHaveLength(99);
  });

  it('opens its streams anew when the server does not even say whether there is something', async () => {
    const { fake, subscription } = await setup();
    const reading = checkpointed(fake, 'silence_s=0.2&streams=1', 0);
    await reading.untilTrue(() => subscription.streams === 1);
    subscription.silence();
    fake.faults.pull.count = 1;
    await reading.untilTrue(() => reading.source.status().counters['reopened'] === 1);
    expect(reading.source.status().error).toContain('injected');
    fake.publish(TOPIC, messages([1, 2]));
    await reading.until(2);
    await reading.stop();
  });

  it('waits and tries again when streams fail, and says so meanwhile', async () => {
    const { fake, subscription } = await setup();
    const reading = checkpointed(fake, 'streams=1', 0);
    await reading.untilTrue(() => subscription.streams === 1);
    fake.faults.streamingPull.count = 3;
    subscription.breakStreams();
    await reading.untilTrue(() => reading.source.status().state === 'retrying');
    expect(reading.source.status().error).toContain('injected');
    fake.publish(TOPIC, messages(range(0, 10)));
    await reading.until(10);
    expect(reading.source.status()).toMatchObject({ state: 'ready', counters: { reopened: 4 } });
    await reading.stop();
  });

  it('waits for a server that is not there yet', async () => {
    const { fake } = await setup();
    fake.faults.pull.count = 2;
    fake.publish(TOPIC, messages([1]));
    const reading = checkpointed(fake, '', 0);
    await reading.until(1);
    expect(reading.source.status()).toMatchObject({ state: 'ready', counters: { reopened: 0 } });
    await reading.stop();
  });

  it('gives up when its patience ends, after what was received is handed over', async () => {
    const { fake, subscription } = await setup();
    fake.publish(TOPIC, messages(range(0, 10)));
    const reading = read(fake, 'retry_s=0.5&streams=1');
    await reading.until(10);
    fake.faults.streamingPull.count = 1000;
    subscription.breakStreams();
    await expect(reading.done).rejects.toMatchObject({
      code: 'INPUT',
      message: expect.stringMatching(
        /could not be read for 1 s: see that Pub\/Sub can be reached/,
      ) as string,
    });
    expect(reading.source.status().state).toBe('failed');
    // What was handed over can still be acknowledged.
    await reading.source.acknowledge(reading.handed.at(-1)!.sequence);
    expect(subscription.acknowledged).toHaveLength(10);
    await reading.source.close();
  });

  it('fails at once where it may not read, and where the subscription is taken away', async () => {
    const { fake, subscription } = await setup();
    fake.faults.isDenied = true;
    const denied = read(fake);
    await expect(denied.done).rejects.toThrow(
      /the subscription readings of the project windrow-test may not be used: give the account that this runs as roles\/pubsub.subscriber on it/,
    );
    await denied.source.close();
    fake.faults.isDenied = false;
    const deleted = read(fake, 'streams=1');
    await deleted.untilTrue(() => subscription.streams === 1);
    fake.deleteSubscription(SUBSCRIPTION);
    await expect(deleted.done).rejects.toThrow(/was not found: create it/);
    await deleted.source.close();
  });

  it('tries acknowledgements again, and takes a refusal for an outcome', async () => {
    const { fake, subscription } = await setup(true);
    fake.publish(TOPIC, messages(range(0, 100)));
    const reading = read(fake);
    await reading.until(100);
    fake.faults.acknowledge.count = 2;
    fake.faults.expiredAcks = 0.2;
    fake.faults.transientAcks = 0.5;
    await reading.source.acknowledge(reading.handed.at(-1)!.sequence);
    const { counters } = reading.source.status();
    expect(counters['ack_invalid']).toBeGreaterThan(5);
    expect(counters['acknowledged']! + counters['ack_invalid']!).toBe(100);
    expect(subscription.acknowledged).toHaveLength(counters['acknowledged']!);
    await reading.stop();
  });

  it('counts acknowledgements that it may not make, and goes on', async () => {
    const { fake } = await setup();
    fake.publish(TOPIC, messages([1]));
    const reading = read(fake);
    await reading.until(1);
    fake.faults.acknowledge.count = 1;
    fake.faults.acknowledge.code = status.PERMISSION_DENIED;
    await reading.source.acknowledge(1);
    expect(reading.source.status().counters).toMatchObject({ ack_denied: 1, acknowledged: 0 });
    expect(reading.source.status().state).toBe('ready');
    await reading.stop();
  });

  it('acknowledges at once what comes again after it was acknowledged', async () => {
    const { fake, subscription } = await setup(false, { secondMs: 20 });
    const [id] = fake.publish(TOPIC, messages([1]));
    const reading = read(fake, 'lease_s=10');
    await reading.until(1);
    fake.faults.expiredAcks = 1;
    await reading.source.acknowledge(1);
    expect(subscription.acknowledged).toEqual([]);
    fake.faults.expiredAcks = 0;
    await reading.untilTrue(() => subscription.acknowledged.length === 1);
    expect(subscription.deliveries.get(id!)).toBeGreaterThan(1);
    expect(reading.values).toEqual([1]);
    await reading.stop();
  });

  it('loses nothing when it is closed in mid-stream, and refuses nothing', async () => {
    const { fake, subscription } = await setup(false, { secondMs: 30 });
    fake.publish(TOPIC, messages(range(0, 5000)));
    const all = new Set<number>();
    while (subscription.acknowledged.length < 3500) {
      let isOpen = true;
      const reading = read(fake, 'max_messages=700&lease_s=10&linger_ms=1', ({ sequence }) => {
        setTimeout(() => {
          if (isOpen) void reading.source.acknowledge(sequence);
        }, 20);
      });
      await reading.until(900);
      isOpen = false;
      await reading.stop();
      for (const value of reading.values) all.add(value);
    }
    const last = checkpointed(fake, 'lease_s=10', 0);
    await last.untilTrue(() => subscription.backlog === 0);
    await last.stop();
    for (const value of last.values) all.add(value);
    expect(all.size).toBe(5000);
    expect(subscription.nacks).toBe(0);
  });

  it('settles the acknowledgements under way before it closes', async () => {
    const { fake, subscription } = await setup();
    fake.publish(TOPIC, messages(range(0, 3000)));
    const reading = read(fake);
    await reading.until(3000);
    fake.faults.acknowledge.count = 3;
    const acknowledged = reading.source.acknowledge(reading.handed.at(-1)!.sequence);
    await reading.stop();
    await acknowledged;
    expect(subscription.acknowledged).toHaveLength(3000);
    await reading.source.close();
  });

  it('closes in bounded time when the server is gone, and says what became of the acknowledgements', async () => {
    const { fake } = await setup();
    fake.publish(TOPIC, messages(range(0, 100)));
    const reading = read(fake);
    await reading.until(100);
    await fake.stop();
    const acknowledged = reading.source.acknowledge(reading.handed.at(-1)!.sequence);
    const start = performance.now();
    await reading.stop();
    await acknowledged;
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(reading.source.status().counters).toMatchObject({
      ack_given_up: 100,
      acknowledged: 0,
      unacknowledged: 0,
    });
  });
});
