/**
 * Samples in tables of ClickHouse, inserted in any order with rows that come late and twice: the tensors of the export are those of a
 * backfill of the file, and those of the stream, byte for byte; over HTTP and embedded, in tables that lie by metric and by time.
 */
import type { Definition, Source } from '@windrow/core';
import { SpillFolder, fileSource, readDefinitions } from '@windrow/io';
import { chdbSource, clickhouseSource } from '@windrow/io-clickhouse';
import { readDataset, verifyDataset } from '@windrow/training';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ChdbFolder, NO_CHDB, hasChdb } from '../clickhouse/chdb-engine.ts';
import { HttpFront } from '../clickhouse/http-front.ts';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { backfillTensors, exportWindows, tensorsOf } from './exported-tensors.ts';
import { inFolder } from './in-folder.ts';

const DATA = {
  liveline: 'liveline-30min-rough',
  wells: 'wells',
  nab: 'nab',
} as const;
type DataName = keyof typeof DATA;
const SEED = 11;
/** Windows that the streaming engine makes again. */
const STREAMED = 50;

/** Two insertions in random order, of which the second has what came late and a tenth of the first again. */
async function fill(folder: ChdbFolder, name: DataName): Promise<void> {
  const from = `file('${fixture(`data/${DATA[name]}.parquet`)}')`;
  const row = `cityHash64(metric_id, timestamp_ms, value, ${SEED})`;
  const columns = `toUUID(assumeNotNull(metric_id)) AS metric_id, fromUnixTimestamp64Milli(toInt64(assumeNotNull(timestamp_ms)), 'UTC') AS at, value`;
  const tables = {
    // Small granules, and slices of a minute below: a small table lies as one of a billion rows does.
    metric: 'ORDER BY (metric_id, at) SETTINGS index_granularity = 1024',
    time: 'ORDER BY at SETTINGS index_granularity = 1024',
  };
  for (const [table, engine] of Object.entries(tables)) {
    const whole = `plant.${name}_${table}`;
    await folder.run(
      `CREATE TABLE ${whole} (metric_id UUID, at DateTime64(3, 'UTC'), value Nullable(Float64)) ENGINE = MergeTree ${engine}`,
    );
    for (const rows of [`${row} % 5 > 0`, `${row} % 5 = 0 OR ${row} % 10 = 1`]) {
      await folder.run(
        `INSERT INTO ${whole} SELECT ${columns} FROM ${from} WHERE ${rows} ORDER BY cityHash64(${row})`,
      );
    }
  }
}

/** How many windows of a dataset the streaming engine makes the same of the rows of the file, in their order. */
async function streamed(path: string, file: string, definition: Definition): Promise<number> {
  const source = fileSource(file);
  const spill = new SpillFolder();
  const { compared, differences } = await verifyDataset({
    dataset: await readDataset(path),
    definitions: [definition],
    samples: STREAMED,
    seed: SEED,
    pass: {
      source,
      spill,
      deadLetters: null,
      nowMs: () => performance.now(),
      signal: new AbortController().signal,
      strict: false,
    },
  });
  await source.close();
  await spill.close();
  expect(differences).toEqual([]);
  return compared;
}

// For machines that are busy with other things.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

describe.skipIf(!hasFixtures || !hasChdb)(`tensors from ClickHouse${SKIPPED}${NO_CHDB}`, () => {
  let folder: ChdbFolder;
  let front: HttpFront;
  beforeAll(async () => {
    folder = new ChdbFolder();
    await folder.run('CREATE DATABASE plant');
    for (const name of Object.keys(DATA) as DataName[]) await fill(folder, name);
    front = await HttpFront.start(folder.engine);
  });
  afterAll(async () => {
    await front.close();
    await folder.remove();
  });

  const params = (table: string): Record<string, string> =>
    table.startsWith('liveline') ? { timestamp: 'at', slice: '1m' } : { timestamp: 'at' };
  const overHttp = (table: string): Source =>
    clickhouseSource(front.uri(`plant.${table}`, params(table)));
  const embedded = (table: string): Source => {
    const query = new URLSearchParams({ table: `plant.${table}`, ...params(table) });
    return chdbSource(`chdb:${folder.path}?${query.toString()}`);
  };

  it.each([
    ['liveline', 'liveline-ridge-300-10', 'metric', 'time'],
    ['liveline', 'liveline-mlp-60-5', 'time', 'metric'],
    ['wells', 'wells-linear-180-20', 'metric', 'time'],
    ['nab', 'nab-first-21600-900', 'time', 'metric'],
    ['nab', 'nab-max-28800-1800', 'metric', 'time'],
  ] as const)('%s, %s: embedded by %s, over HTTP by %s', (name, model, first, second) =>
    inFolder(async (path) => {
      const { definitions } = await readDefinitions(fixture(`definitions/${name}.json`));
      const definition = definitions.find(({ outputMetricName }) => outputMetricName === model)!;
      const file = fixture(`data/${DATA[name]}.parquet`);
      const expected = await backfillTensors(fileSource(file), definition);
      expect(expected.size).toBeGreaterThan(20);
      for (const source of [embedded(`${name}_${first}`), overHttp(`${name}_${second}`)]) {
        const out = path(source.uri.startsWith('chdb:') ? 'embedded' : 'http');
        await exportWindows(source, definition, out);
        await source.close();
        const tensors = tensorsOf(`${out}/data/split=all/part-0.arrow`);
        expect([...tensors.keys()]).toEqual([...expected.keys()]);
        const others = [...tensors].filter(
          ([end, bytes]) => Buffer.compare(bytes, expected.get(end)!) !== 0,
        );
        expect(others.map(([end]) => end)).toEqual([]);
        expect(await streamed(out, file, definition)).toBe(Math.min(STREAMED, expected.size));
      }
    }),
  );

  it('lines are read one after the other where rows lie by metric, and only there', async () => {
    const { definitions } = await readDefinitions(fixture('definitions/liveline.json'));
    const ids = [...new Set(definitions.flatMap((definition) => definition.inputMetricIds))];
    const range = { startMs: 1_551_877_200_000, endMs: 1_551_879_060_000 };
    for (const open of [overHttp, embedded]) {
      const byTime = open('liveline_time');
      expect(await byTime.bySeries!(range, ids)).toBe(null);
      await byTime.close();
      const byMetric = open('liveline_metric');
      const all = await byMetric.splits(range);
      const part = (await byMetric.bySeries!(range, ids))!(ids.slice(0, 2));
      const own = await part.splits(range);
      const count = (splits: typeof all): number =>
        splits.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      expect(count(own)).toBeGreaterThan(0);
      expect(count(own)).toBeLessThan(count(all) / 5);
      await part.close();
      // The whole goes on without its part.
      expect(count(await byMetric.splits(range))).toBe(count(all));
      await byMetric.close();
    }
  });
});
