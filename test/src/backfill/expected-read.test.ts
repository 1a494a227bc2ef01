/** What a plan says will be read, held against what is read: by sources that read parts of a split, and by one that reads all of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetricDictionary, type Source } from '@windrow/core';
import { fileSource, openSampleSink, openSource, readDefinitions } from '@windrow/io';
import { clickhouseSource } from '@windrow/io-clickhouse';
import { estimateBackfill, planBackfill, readBySlices, slicesOfPlan } from '@windrow/pipeline';
import { definitionsFor, simOptions, simSource } from '@windrow/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fakeEngine } from '../clickhouse/fake-engine.ts';
import { HttpFront } from '../clickhouse/http-front.ts';
import { readAll } from '../kit/memory-source.ts';
import { bundledModels, runSliced } from '../kit/run-sliced.ts';

const SIM = 'sim://extrusion?lines=1&hours=4';
const FROM_MS = Date.UTC(2026, 0, 5);
const ALL = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
/** Begins and ends in the middle of an hour. */
const PART = { afterMs: FROM_MS + 1_800_000, untilMs: FROM_MS + 9_000_000 };

let folder: string;
let definitions: string;
let parquet: string;
let server: HttpFront;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  definitions = join(folder, 'definitions.json');
  writeFileSync(definitions, JSON.stringify(definitionsFor(simOptions({ lines: 1 }))));
  parquet = join(folder, 'samples.parquet');
  const dictionary = new MetricDictionary();
  const source = simSource(SIM);
  const sink = await openSampleSink(parquet);
  for (const split of await source.splits(null)) {
    const reject = (): void => undefined;
    const batches = source.read(split, { dictionary, range: null, reject });
    for await (const batch of batches) await sink.write(batch);
  }
  await sink.commit();
  const rows = await readAll(source, dictionary);
  // Of one metric: the engine is a slow one.
  const table = rows.ids.flatMap((id, i) =>
    id === rows.ids[0] ? [{ id, ms: rows.timestampsMs[i]!, value: rows.values[i]! }] : [],
  );
  server = await HttpFront.start(fakeEngine(table));
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Cut in slices of about so many samples. */
async function plannedAndRead(
  uri: string,
  range: typeof ALL,
  sliceSamples: number,
): Promise<[number, number]> {
  const request = { range, workers: 1, sliceSamples, shard: null };
  const parts = { ...(await readDefinitions(definitions)), source: await open(uri) };
  const { splits, cuts } = await planBackfill(parts, request);
  const slices = slicesOfPlan(parts, splits, cuts);
  await parts.source.close();
  expect(slices.length).toBeGreaterThan(2);
  const job = { definitions, models: bundledModels, source: uri, out: join(folder, 'out.csv') };
  const { summary } = await runSliced({ ...job, range }, request);
  return [readBySlices(slices).rows!, summary.report.samples.received];
}

async function open(uri: string): Promise<Source> {
  const [definition] = (await readDefinitions(definitions)).definitions;
  const { inputMetricIds: metricIds } = definition!;
  const clickhouse = (text: string): Source => clickhouseSource(text, { metricIds });
  return openSource(uri, { file: fileSource, sim: simSource, clickhouse });
}

const sources: readonly (readonly [string, number, () => string])[] = [
  ['a simulation', 25, () => SIM],
  ['a table', 1, () => server.uri('db.samples', { slice: '30m' })],
];

describe('the samples that slices will read', () => {
  it.each(sources)('are those that lie in their time, where it is %s', async (_, metrics, uri) => {
    for (const range of [ALL, PART]) {
      const [planned, read] = await plannedAndRead(uri(), range, metrics * 2400);
      // One second of a split is not known, at each of its ends.
      expect(Math.abs(planned - read)).toBeLessThanOrEqual(20 * metrics);
      expect(read).toBeGreaterThan(7000 * metrics);
    }
  });

  it('are whole row groups, where it is a Parquet file', async () => {
    for (const range of [ALL, PART]) {
      const [planned, read] = await plannedAndRead(parquet, range, 60_000);
      expect(planned).toBe(read);
    }
  });

  it('are those of the range, where nothing is cut', async () => {
    const source = simSource(SIM);
    const {
      definitions: [definition],
    } = await readDefinitions(definitions);
    const model = { identifier: 'm', version: '1', sha256: '' };
    const targets = [{ definition: definition!, dtype: 'float64' as const, model }];
    const dictionary = MetricDictionary.of(definition!.inputMetricIds);
    const asked = { dictionary, range: PART, aheadBytesMax: 1 << 20 };
    const { rows } = await estimateBackfill(source, targets, asked);
    const job = { definitions, models: bundledModels, source: SIM, out: join(folder, 'one.csv') };
    const { received } = (await runSliced({ ...job, range: PART })).summary.report.samples;
    expect(Math.abs(rows! - received)).toBeLessThan(50);
    expect(received).toBeLessThan(200_000);
  });
});
