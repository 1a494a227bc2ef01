/** What a topic survives, and what it says when it does not: faults of the fake. */
import { status } from '@grpc/grpc-js';
import type { PredictionBatch } from '@windrow/core';
import { checkPubSubSink, openPubSubPredictionSink } from '@windrow/io-pubsub';
import { afterAll, describe, expect, it } from 'vitest';
import { PubSubFake } from '../fakes/pubsub/pubsub-fake.ts';
import { predictionBatch } from './prediction-batch.ts';
import { PROJECT } from './pubsub-admin.ts';
import { environment } from './reading.ts';

const TOPIC = `projects/${PROJECT}/topics/predictions`;
const URI = `pubsub://${PROJECT}/predictions`;

const fakes: PubSubFake[] = [];

afterAll(async () => {
  for (const fake of fakes) await fake.stop();
});

async function start(): Promise<PubSubFake> {
  const fake = await PubSubFake.start();
  fakes.push(fake);
  fake.createTopic(TOPIC);
  return fake;
}

function names(fake: PubSubFake): string[] {
  return fake
    .published(TOPIC)
    .map(({ attributes }) => `${attributes['metric_id']},${attributes['window_end_ms']}`);
}

describe.concurrent('a topic with faults', () => {
  it('is written in the end when requests fail for a while, and says so meanwhile', async () => {
    const fake = await start();
    fake.faults.publish.count = 4;
    const sink = openPubSubPredictionSink(`${URI}?requests=1`, environment(fake.host));
    const published = sink.publish(predictionBatch(1500));
    while (sink.status().state !== 'retrying')
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sink.status().error).toContain('injected');
    await published;
    expect(sink.status()).toMatchObject({
      state: 'ready',
      counters: { messages: 1500, requests: 6, retries: 4 },
    });
    expect(new Set(names(fake)).size).toBe(1500);
    await sink.close();
  });

  it('holds a repetition, by its name, where only the answer was lost', async () => {
    const fake = await start();
    fake.faults.publish.count = 1;
    fake.faults.publish.isDone = true;
    const sink = openPubSubPredictionSink(URI, environment(fake.host));
    await sink.publish(predictionBatch(10));
    expect(names(fake)).toHaveLength(20);
    expect(new Set(names(fake)).size).toBe(10);
    await sink.close();
  });

  it('is given up when patience ends, and works again when it is tried again', async () => {
    const fake = await start();
    fake.faults.publish.count = 1000;
    const sink = openPubSubPredictionSink(`${URI}?retry_s=0.3`, environment(fake.host));
    await expect(sink.publish(predictionBatch(3))).rejects.toMatchObject({
      code: 'OUTPUT',
      message: expect.stringMatching(
        /could not be written for 0 s: see that Pub\/Sub can be reached/,
      ) as string,
    });
    expect(sink.status().state).toBe('failed');
    fake.faults.publish.count = 0;
    await sink.publish(predictionBatch(3));
    expect(sink.status().state).toBe('ready');
    expect(names(fake)).toHaveLength(3);
    await sink.close();
  });

  it('is given up at once where trying again is of no use, and the rest of the batch is not sent', async () => {
    const fake = await start();
    fake.faults.publish.count = 1;
    fake.faults.publish.code = status.INVALID_ARGUMENT;
    const uri = `${URI}?requests=1&batch_messages=10`;
    const sink = openPubSubPredictionSink(uri, environment(fake.host));
    await expect(sink.publish(predictionBatch(100))).rejects.toThrow(
      /configured as docs\/PUBSUB.md/,
    );
    expect(fake.publishRequests).toBe(0);
    fake.faults.isDenied = true;
    await expect(sink.publish(predictionBatch(1))).rejects.toThrow(/roles\/pubsub.publisher/);
    await expect(checkPubSubSink(URI, 'predictions', environment(fake.host))).rejects.toThrow(
      /roles\/pubsub.publisher/,
    );
    await sink.close();
  });

  it('gets nothing of a batch with a message that it would not take', async () => {
    const fake = await start();
    const sink = openPubSubPredictionSink(`${URI}?pack=1000`, environment(fake.host));
    const batch = predictionBatch(2000);
    const [definition] = batch.definitions;
    const long: PredictionBatch = {
      ...batch,
      definitions: [
        batch.definitions[1]!,
        { ...definition!, outputMetricName: 'x'.repeat(30_000) },
      ],
    };
    await expect(sink.publish(long)).rejects.toThrow(
      /found a message of \d{8} bytes, expected at most 9900000, .* \(pack\)/,
    );
    expect(fake.publishRequests).toBe(0);
    await sink.publish(batch);
    expect(fake.published(TOPIC)).toHaveLength(2);
    await sink.close();
  });

  it('keeps each request within what Pub/Sub takes', async () => {
    const fake = await start();
    const sink = openPubSubPredictionSink(`${URI}?batch_bytes=20000`, environment(fake.host));
    await sink.publish(predictionBatch(500));
    expect(fake.publishRequests).toBeGreaterThan(10);
    expect(new Set(names(fake)).size).toBe(500);
    await sink.close();
  });

  it('keeps the order of a line when requests fail', async () => {
    const fake = await start();
    const sink = openPubSubPredictionSink(
      `${URI}?ordering=line_id&batch_messages=5`,
      environment(fake.host),
    );
    fake.faults.publish.count = 3;
    await sink.publish(predictionBatch(60));
    for (const line of new Set(fake.published(TOPIC).map(({ orderingKey }) => orderingKey))) {
      const ends = fake
        .published(TOPIC)
        .filter(({ orderingKey }) => orderingKey === line)
        .map(({ attributes }) => Number(attributes['window_end_ms']));
      expect(ends).toHaveLength(30);
      expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    }
    await sink.close();
  });

  it('can be closed while it is tried again', async () => {
    const fake = await start();
    fake.faults.publish.count = 1000;
    const sink = openPubSubPredictionSink(URI, environment(fake.host));
    const closed = (async (): Promise<void> => {
      while (sink.status().state !== 'retrying') {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await sink.close();
    })();
    await expect(sink.publish(predictionBatch(1))).rejects.toThrow(
      /was closed before it took everything/,
    );
    await closed;
    expect(sink.status().state).toBe('ended');
  });
});
