/**
 * The whole way: a topic of samples, windrow-stream, a topic of predictions. Pub/Sub reorders and repeats messages, the app is killed
 * again and again, and in the end the last revision of every window is that of the backfill golden, and no name has two values.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RECORD_BYTES, encodeRecords } from '@windrow/codecs';
import { MetricDictionary, SampleColumns } from '@windrow/core';
import { fileSource } from '@windrow/io';
import { describe, expect, it } from 'vitest';
import type { FakeSubscription } from '../fakes/pubsub/fake-subscription.ts';
import { PubSubFake } from '../fakes/pubsub/pubsub-fake.ts';
import type { Collected } from '../kit/collecting-sink.ts';
import { expectPredictions, withoutRevision } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { readAll, type Rows } from '../kit/memory-source.ts';
import { StreamApp } from '../stream-app/stream-app.ts';
import { PROJECT } from './pubsub-admin.ts';

const SAMPLES = `projects/${PROJECT}/topics/samples`;
const PREDICTIONS = `projects/${PROJECT}/topics/predictions`;

/** A golden of a backfill whose definitions allow for more lateness than Pub/Sub makes here. */
interface Case {
  readonly golden: string;
  readonly data: string;
  readonly definitions: string;
  readonly samplesAMessage: number;
  /** As in the faults of the fake: a message comes after three times as many younger ones at most. */
  readonly disorder: number;
  /** Messages in hand: so many come again after a kill, in another order. */
  readonly inHand: number;
  readonly kills: number;
  readonly isExactlyOnce: boolean;
  /** End of the golden's range, ms. */
  readonly endMs: number;
}

/** A message is about a second of the data, which comes up to 20 s late; windows stay open for 60 s. */
const rough: Omit<Case, 'isExactlyOnce'> = {
  golden: 'liveline-30min-rough',
  data: 'liveline-30min-rough.parquet',
  definitions: 'liveline-late.json',
  samplesAMessage: 100,
  disorder: 8,
  inHand: 30,
  kills: 3,
  endMs: 1_551_879_060_000,
};
const cases: readonly Case[] = [
  { ...rough, isExactlyOnce: false },
  { ...rough, isExactlyOnce: true },
  {
    // A sample every 5 minutes, so 45 minutes of disorder and a clock that goes back by 55 minutes once; windows stay open for two hours.
    golden: 'nab',
    data: 'nab.parquet',
    definitions: 'nab.json',
    samplesAMessage: 1,
    disorder: 3,
    inHand: 2000,
    kills: 0,
    isExactlyOnce: false,
    endMs: 1_392_825_600_000,
  },
];

function messagesOf(rows: Rows, samplesAMessage: number): { data: Uint8Array }[] {
  const messages: { data: Uint8Array }[] = [];
  const dictionary = new MetricDictionary();
  for (let at = 0; at < rows.ids.length; at += samplesAMessage) {
    const columns = new SampleColumns(dictionary, samplesAMessage);
    const end = Math.min(at + samplesAMessage, rows.ids.length);
    for (let i = at; i < end; i++) {
      columns.push(dictionary.intern(rows.ids[i]!), rows.timestampsMs[i]!, rows.values[i]!);
    }
    const data = new Uint8Array(columns.length * RECORD_BYTES);
    encodeRecords(columns, data, 0);
    messages.push({ data });
  }
  return messages;
}

/** What the topic holds, by `metric_id,window_end_ms,revision`. A name that has two values is an error. */
function published(fake: PubSubFake): Map<string, Collected> {
  const byName = new Map<string, Collected>();
  for (const { data, attributes } of fake.published(PREDICTIONS)) {
    const {
      metric_id: id,
      window_end_ms: end,
      revision,
      model_identifier: identifier,
    } = attributes;
    const { value } = JSON.parse(data.toString()) as { value: number };
    const name = `${id},${end},${revision}`;
    const before = byName.get(name);
    if (before !== undefined && before.value !== value) throw new Error(`${name} has two values`);
    byName.set(name, { value, model: { identifier: identifier!, version: 1, sha256: '' } });
  }
  return byName;
}

function lastRevisions(
  byName: ReadonlyMap<string, Collected>,
  endMs: number,
): Map<string, Collected> {
  const last = new Map<string, string>();
  for (const name of byName.keys()) {
    const window = withoutRevision(name);
    if (Number(window.split(',')[1]) > endMs) continue;
    const before = last.get(window);
    if (before === undefined || revisionOf(name) > revisionOf(before)) last.set(window, name);
  }
  return new Map([...last.values()].map((name) => [name, byName.get(name)!]));
}

function revisionOf(name: string): number {
  return Number(name.slice(name.lastIndexOf(',') + 1));
}

async function acknowledged(
  app: StreamApp,
  subscription: FakeSubscription,
  count: number,
): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (subscription.acknowledged.length < count) {
    if (performance.now() > deadline || app.child.exitCode !== null) {
      throw new Error(
        `${subscription.acknowledged.length} of ${count}: ${app.stderr.slice(-3000)}`,
      );
    }
    await sleep(5);
  }
}

describe.skipIf(!hasFixtures).concurrent(`windrow-stream on Pub/Sub${SKIPPED}`, () => {
  it.each(cases)(
    'gives $golden, killed $kills times (exactly-once delivery: $isExactlyOnce)',
    { timeout: 180_000 },
    async ({ samplesAMessage, disorder, inHand, kills, isExactlyOnce, endMs, ...own }) => {
      const folder = await mkdtemp(join(tmpdir(), 'windrow-pubsub-'));
      const fake = await PubSubFake.start({ seed: 7 });
      fake.createTopic(SAMPLES);
      fake.createTopic(PREDICTIONS);
      const path = `projects/${PROJECT}/subscriptions/samples`;
      const subscription = fake.createSubscription(path, SAMPLES, isExactlyOnce);
      const start = (): StreamApp =>
        new StreamApp(
          [
            'run',
            ...['--definitions', fixture(`definitions/${own.definitions}`)],
            ...['--models', fixture('models')],
            ...[
              '--source',
              `pubsub://${PROJECT}/samples?max_messages=${inHand}&streams=1&linger_ms=1`,
            ],
            ...['--sink', `pubsub://${PROJECT}/predictions`],
            ...['--checkpoint', join(folder, 'checkpoint')],
            ...['--idle-after', '0'],
          ],
          { env: { PUBSUB_EMULATOR_HOST: fake.host } },
        );
      let app = start();
      try {
        const rows = await readAll(fileSource(fixture(`data/${own.data}`)), new MetricDictionary());
        const messages = messagesOf(rows, samplesAMessage);
        fake.faults.disorder = disorder;
        fake.faults.duplicates = 0.02;
        fake.publish(SAMPLES, messages);
        for (let kill = 1; kill <= kills; kill++) {
          await acknowledged(app, subscription, Math.round((messages.length * kill) / (kills + 1)));
          await app.stop('SIGKILL');
          // What it had in hand comes again, without waiting for the deadline.
          subscription.expire(true);
          app = start();
        }
        await acknowledged(app, subscription, messages.length);
        // A sample of every metric from much later lets the last windows fire.
        const ids = [...new Set(rows.ids)];
        const later = {
          ids,
          timestampsMs: ids.map(() => endMs + 600_000),
          values: ids.map(() => 1),
        };
        const last = messagesOf(later, samplesAMessage);
        fake.publish(SAMPLES, last);
        await acknowledged(app, subscription, messages.length + last.length);
        expect(await app.stop()).toEqual({ code: 0, signal: null });
        const golden = goldenPredictions(own.golden);
        expectPredictions(lastRevisions(published(fake), endMs), golden, withoutRevision);
        expect(subscription.nacks).toBe(0);
      } finally {
        await app.kill();
        await fake.stop();
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});
