/** Slices out of and into what is elsewhere: BigQuery, Cloud Storage, Pub/Sub, all in process; the bytes are those of a run over files. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetricDictionary } from '@windrow/core';
import { fileSource } from '@windrow/io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeBigQuery } from '../../../packages/io-bigquery/test/fake/fake-bigquery.ts';
import { PubSubFake } from '../fakes/pubsub/pubsub-fake.ts';
import { withGcs } from '../gcs/emulated.ts';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { readAll } from '../kit/memory-source.ts';
import { runSliced, type SlicedJob } from '../kit/run-sliced.ts';

const DATA = 'data/liveline-30min-rough.parquet';
const RANGE = { afterMs: 1_551_877_200_000, untilMs: 1_551_879_060_000 };
let folder: string;
/** Of a run over the file. */
let expected: Buffer;
const job = (source: string, out: string): SlicedJob => ({
  definitions: fixture('definitions/liveline.json'),
  models: fixture('models'),
  source,
  out: join(folder, out),
  range: RANGE,
});
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  if (hasFixtures) expected = (await runSliced(job(fixture(DATA), 'expected.parquet'))).bytes;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!hasFixtures)(`slices and stores${SKIPPED}`, () => {
  it('BigQuery: each slice reads through a session of its own, and no more than it needs', async () => {
    const fake = await FakeBigQuery.start();
    try {
      const rows = await readAll(fileSource(fixture(DATA)), new MetricDictionary());
      fake.tables.set('plant.sensors.live', {
        fields: [
          { name: 'metric_id', type: 'STRING' },
          { name: 'timestamp', type: 'TIMESTAMP' },
          { name: 'value', type: 'FLOAT' },
        ],
        rows: rows.ids.map((id, i) => ({
          metric_id: id,
          timestamp: BigInt(rows.timestampsMs[i]!) * 1000n,
          value: rows.values[i]!,
        })),
      });
      const { rest, storage } = fake.endpoints;
      const env = { BIGQUERY_EMULATOR_HOST: rest!, BIGQUERY_STORAGE_EMULATOR_HOST: storage! };
      const source = 'bigquery://plant.sensors.live?streams=2';
      const run = await runSliced(job(source, 'bigquery.parquet'), {
        workers: 2,
        sliceSamples: 8000,
        env,
      });
      const { slices, repeated } = run.summary.slices!;
      expect(slices).toBeGreaterThan(2);
      // One to plan, one to say what is there, one for each slice.
      expect(fake.read.sessions.length).toBe(slices + 2);
      expect(run.bytes.equals(expected)).toBe(true);
      // The 27 439 samples that the definitions ask for, and what cuts make read twice.
      const { received } = run.summary.report.samples;
      expect(received - repeated).toBeLessThan(30_000);
    } finally {
      await fake.close();
    }
  });

  it('Cloud Storage: objects in, an object out', async () => {
    await withGcs(async (server) => {
      server.put('samples/a.parquet', readFileSync(fixture(DATA)));
      await runSliced(job('gs://plant/samples/*.parquet', 'gcs.parquet'), {
        workers: 2,
        sliceSamples: 30_000,
        sinks: ['gs://plant/out/predictions.parquet'],
      });
      const written = server.objects.get('out/predictions.parquet');
      expect(Buffer.from(written!.bytes).equals(expected)).toBe(true);
      expect(readFileSync(join(folder, 'gcs.parquet')).equals(expected)).toBe(true);
    });
  });

  it('Pub/Sub: each prediction once, in order, slice by slice', async () => {
    const fake = await PubSubFake.start();
    try {
      const topic = 'projects/plant/topics/predictions';
      fake.createTopic(topic);
      const run = await runSliced(job(fixture(DATA), 'pubsub.csv'), {
        sliceSamples: 30_000,
        sinks: ['pubsub://plant/predictions'],
        env: { PUBSUB_EMULATOR_HOST: fake.host },
      });
      expect(run.summary.slices?.slices).toBeGreaterThan(2);
      const [, ...lines] = run.bytes.toString().trimEnd().split('\n');
      const published = fake.published(topic).map(({ attributes }) => {
        return `${attributes['metric_id']},${attributes['window_end_ms']}`;
      });
      expect(published).toEqual(lines.map((line) => line.split(',').slice(0, 2).join(',')));
    } finally {
      await fake.stop();
    }
  });
});
