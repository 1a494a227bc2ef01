/** What every live sink that publishes messages must do. The fake and the emulator run the same. */
import { expect, it } from 'vitest';
import type { DeadLetter } from '@windrow/core';
import {
  checkPubSubSink,
  openPubSubDeadLetterSink,
  openPubSubPredictionSink,
} from '@windrow/io-pubsub';
import { LINES, OUTPUTS, predictionBatch } from './prediction-batch.ts';
import { PROJECT, type PubSubAdmin } from './pubsub-admin.ts';
import { environment } from './reading.ts';

/** @param admin of the server that runs, once it does */
export function liveSinkContract(admin: () => PubSubAdmin): void {
  it('has published every prediction of a batch when it says so', async () => {
    const { topic, subscription } = await admin().create();
    const sink = openPubSubPredictionSink(
      `pubsub://${PROJECT}/${topic}`,
      environment(admin().host),
    );
    await sink.publish(predictionBatch(2500));
    await sink.publish(predictionBatch(0));
    const { state, error, counters } = sink.status();
    expect({ state, error, counters }).toMatchObject({
      state: 'ready',
      error: null,
      counters: { messages: 2500, requests: 3, retries: 0 },
    });
    await sink.close();
    const taken = await admin().take(subscription, 2500);
    const names = taken.map(
      ({ attributes }) =>
        `${attributes['metric_id']},${attributes['window_end_ms']},${attributes['revision']}`,
    );
    expect(new Set(names).size).toBe(2500);
    for (const { data, attributes } of taken) {
      const body = JSON.parse(data.toString()) as Record<string, unknown>;
      expect(body).toMatchObject({
        metric_id: attributes['metric_id'],
        line_id: attributes['line_id'],
        window_end_ms: Number(attributes['window_end_ms']),
        revision: Number(attributes['revision']),
        value: Number(attributes['window_end_ms']) / 1000,
      });
    }
    expect(OUTPUTS).toContain(taken[0]!.attributes['metric_id']);
  });

  it('keeps the order of a line, by its key', async () => {
    const { topic, subscription } = await admin().create();
    const uri = `pubsub://${PROJECT}/${topic}?ordering=line_id&pack=7&batch_messages=3`;
    const sink = openPubSubPredictionSink(uri, environment(admin().host));
    await sink.publish(predictionBatch(200));
    await sink.close();
    const messages = 2 * Math.ceil(100 / 7);
    const taken = await admin().take(subscription, messages);
    expect(new Set(taken.map(({ orderingKey }) => orderingKey))).toEqual(new Set(LINES));
    for (const line of LINES) {
      const ends = taken
        .filter(({ orderingKey }) => orderingKey === line)
        .flatMap(({ data }) => data.toString().trim().split('\n'))
        .map((text) => (JSON.parse(text) as { window_end_ms: number }).window_end_ms);
      expect(ends).toHaveLength(100);
      expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    }
  });

  it('publishes dead letters too', async () => {
    const { topic, subscription } = await admin().create();
    const sink = openPubSubDeadLetterSink(
      `pubsub://${PROJECT}/${topic}`,
      environment(admin().host),
    );
    const letter: DeadLetter = {
      heading: 'quarantined',
      source: 'test',
      row: 3,
      reason: 'why',
      raw: '{}',
    };
    await sink.publish([letter, { ...letter, row: null }]);
    await sink.close();
    const taken = await admin().take(subscription, 2);
    expect(taken.map(({ data }) => (JSON.parse(data.toString()) as DeadLetter).row)).toEqual(
      expect.arrayContaining([3, null]),
    );
  });

  it('fails at once where there is no such topic, and says what to do', async () => {
    const uri = `pubsub://${PROJECT}/nowhere`;
    const sink = openPubSubPredictionSink(uri, environment(admin().host));
    await expect(sink.publish(predictionBatch(1))).rejects.toMatchObject({
      code: 'OUTPUT',
      message: expect.stringMatching(
        /^pubsub:\/\/windrow-test\/nowhere: the topic nowhere of the project windrow-test was not found: create it/,
      ) as string,
    });
    expect(sink.status().state).toBe('failed');
    await sink.close();
    await expect(checkPubSubSink(uri, 'predictions', environment(admin().host))).rejects.toThrow(
      /the topic nowhere of the project windrow-test was not found/,
    );
  });

  it('can be tried without publishing', async () => {
    const { topic } = await admin().create();
    const uri = `pubsub://${PROJECT}/${topic}`;
    for (const what of ['predictions', 'dead letters'] as const) {
      expect(await checkPubSubSink(uri, what, environment(admin().host))).toEqual([
        'is there and may be written',
      ]);
    }
  });
}
