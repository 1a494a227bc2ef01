/** Samples in ClickHouse itself, in whatever order and type they were put there, give the goldens: over HTTP and embedded. */
import { MetricDictionary, type Source } from '@windrow/core';
import { fileSource } from '@windrow/io';
import { chdbSource, clickhouseSource } from '@windrow/io-clickhouse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPredictions, withoutRevision } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { backfillFixture, streamFixture } from '../kit/run-fixture.ts';
import { ChdbFolder, NO_CHDB, hasChdb } from './chdb-engine.ts';
import { HttpFront } from './http-front.ts';
import { readRows, sortedKeys } from './read-rows.ts';

const DELAYED = 'liveline-30min-delayed';
const rough = {
  range: { afterMs: 1_551_877_200_000, untilMs: 1_551_879_060_000 },
  definitions: 'liveline.json',
};

/** Fills the tables from the fixtures: each in an order and with types of its own. */
async function fill(folder: ChdbFolder): Promise<void> {
  const file = (name: string): string => `file('${fixture(`data/${name}.parquet`)}')`;
  await folder.run('CREATE DATABASE plant');
  const tables: readonly string[] = [
    // By metric, as monitoring tables mostly are; inserted backwards.
    `rough ENGINE = MergeTree ORDER BY (metric_id, ts) SETTINGS allow_nullable_key = 1 AS
       SELECT toUUID(metric_id) AS metric_id, fromUnixTimestamp64Milli(assumeNotNull(timestamp_ms), 'Europe/Berlin') AS ts, value
       FROM ${file('liveline-30min-rough')} ORDER BY timestamp_ms DESC`,
    // Text in capitals, microseconds, and every row twice.
    `doubled ENGINE = MergeTree PARTITION BY toDate(ts) ORDER BY ts AS
       SELECT upper(metric_id) AS id, toDateTime64(assumeNotNull(timestamp_ms) / 1000, 6, 'UTC') AS ts, value AS v
       FROM ${file('liveline-30min-rough')} ARRAY JOIN [1, 2] AS copy ORDER BY rand()`,
    `wells ENGINE = MergeTree ORDER BY cityHash64(metric_id, timestamp_ms) AS
       SELECT UUIDStringToNum(assumeNotNull(metric_id)) AS metric_id, assumeNotNull(timestamp_ms) AS timestamp_ms, value
       FROM ${file('wells')}`,
    `nab ENGINE = MergeTree ORDER BY tuple() AS
       SELECT toLowCardinality(metric_id) AS metric_id, toDateTime(intDiv(timestamp_ms, 1000), 'UTC') AS timestamp_ms, value
       FROM ${file('nab')} ORDER BY rand()`,
    // Arrival: the number of the row in the file, a millisecond each.
    `delayed ENGINE = MergeTree ORDER BY (metric_id, timestamp_ms) SETTINGS allow_nullable_key = 1 AS
       SELECT metric_id, timestamp_ms, value, fromUnixTimestamp64Milli(1551877200000 + rowNumberInAllBlocks(), 'UTC') AS arrived
       FROM ${file(DELAYED)} SETTINGS max_threads = 1, input_format_parquet_preserve_order = 1`,
  ];
  for (const table of tables) await folder.run(`CREATE TABLE plant.${table}`);
}

describe.skipIf(!hasFixtures || !hasChdb)(`ClickHouse${SKIPPED}${NO_CHDB}`, () => {
  let folder: ChdbFolder;
  let front: HttpFront;
  beforeAll(async () => {
    folder = new ChdbFolder();
    await fill(folder);
    front = await HttpFront.start(folder.engine);
  });
  afterAll(async () => {
    await front.close();
    await folder.remove();
  });

  const overHttp = (table: string, params: Record<string, string>): Source =>
    clickhouseSource(front.uri(`plant.${table}`, params));
  const embedded = (table: string, params: Record<string, string>): Source => {
    const query = new URLSearchParams({ table: `plant.${table}`, ...params }).toString();
    return chdbSource(`chdb:${folder.path}?${query}`);
  };
  const ways: readonly (readonly [string, typeof overHttp])[] = [
    ['over HTTP', overHttp],
    ['embedded', embedded],
  ];

  describe.each(ways)('%s', (_name, open) => {
    it('by metric, backwards, as UUID and DateTime64(3): the goldens', async () => {
      const source = open('rough', { timestamp: 'ts' });
      const { predictions, report } = await backfillFixture(
        { source, definitions: rough.definitions },
        { range: rough.range },
      );
      const golden = goldenPredictions('liveline-30min-rough');
      expectPredictions(predictions.byName, golden, withoutRevision);
      // Metrics that nobody asks for do not come.
      const { unrouted, applied, superseded, duplicate } = report.samples;
      expect(unrouted).toBe(0);
      expect(applied + superseded + duplicate).toBe(27_439 + 155 + 482);
    });

    it('in slices of a minute, every row twice, as text in capitals: the goldens', async () => {
      const source = open('doubled', { metric_id: 'id', timestamp: 'ts', value: 'v', slice: '1m' });
      const { predictions } = await backfillFixture(
        { source, definitions: rough.definitions },
        { range: rough.range },
      );
      const golden = goldenPredictions('liveline-30min-rough');
      expectPredictions(predictions.byName, golden, withoutRevision);
    });

    it('in order of arrival: what the stream emits, revision by revision', async () => {
      const source = open('delayed', { order: '1', arrival: 'arrived', slice: '1m' });
      const job = { source, definitions: 'liveline-late.json' };
      const { predictions } = await streamFixture(job, 5000);
      expectPredictions(predictions.byName, goldenPredictions('stream-delayed-late'));
    });

    it('reads what it is asked for, and says what it read', async () => {
      const source = open('rough', { timestamp: 'ts', filter: 'value > 10' });
      const range = { startMs: 1_551_877_800_000, endMs: 1_551_877_860_000 };
      const all = await readRows(fileSource(fixture('data/liveline-30min-rough.parquet')));
      const [one, two] = [...new Set(all.rows.map((row) => row.id))];
      const dictionary = MetricDictionary.of([one!, two!]);
      const expected = all.rows.filter(
        ({ id, ms, value }) =>
          (id === one || id === two) && ms >= range.startMs && ms < range.endMs && value > 10,
      );
      expect(expected.length).toBeGreaterThan(30);
      const { rows } = await readRows(source, { range, dictionary });
      expect(sortedKeys(rows)).toEqual(sortedKeys(expected));
      await source.close();
    });
  });

  it('as 16 bytes and integers, in the order of a hash: the goldens', async () => {
    const source = overHttp('wells', {});
    const range = { afterMs: 1_489_723_200_000, untilMs: 1_489_852_800_000 };
    const { predictions } = await backfillFixture({ source, definitions: 'wells.json' }, { range });
    expectPredictions(predictions.byName, goldenPredictions('wells'), withoutRevision);
  });

  it('as DateTime, shuffled: the goldens', async () => {
    const source = overHttp('nab', {});
    const range = { afterMs: 1_386_018_000_000, untilMs: 1_392_825_600_000 };
    const { predictions } = await backfillFixture({ source, definitions: 'nab.json' }, { range });
    expectPredictions(predictions.byName, goldenPredictions('nab'), withoutRevision);
  });

  it('gives the time of arrival where it is asked for', async () => {
    const source = overHttp('delayed', { order: '1', arrival: 'arrived' });
    const dictionary = new MetricDictionary();
    const options = { dictionary, range: null, reject: () => undefined, arrivalColumn: 'arrived' };
    let next = 1_551_877_200_000;
    for (const split of await source.splits(null)) {
      for await (const { length, arrivalsMs } of source.read(split, options)) {
        for (let i = 0; i < length; i++) expect(arrivalsMs![i]).toBe(next++);
      }
    }
    expect(next).toBe(1_551_877_200_000 + 160_067);
    const other = { ...options, arrivalColumn: 'value' };
    const [first] = await source.splits(null);
    const failed = source.read(first!, other)[Symbol.asyncIterator]().next();
    await expect(failed).rejects.toThrow(
      /column value: found Nullable\(Float64\), expected DateTime64/,
    );
    await source.close();
  });

  it('the snapshot depends on the rows, not on their order, types or copies of the table', async () => {
    const hash = async (source: ReturnType<typeof chdbSource>): Promise<readonly unknown[]> => {
      const { rowCount, contentHash } = await source.describe(null, null);
      await source.close();
      return [rowCount, contentHash];
    };
    const file = await hash(chdbSource(`chdb:${folder.path}?table=plant.rough&timestamp=ts`));
    await folder.run(
      'CREATE TABLE plant.copy ENGINE = MergeTree ORDER BY ts AS SELECT lower(toString(metric_id)) AS metric_id, toUnixTimestamp64Milli(ts) AS ts, value FROM plant.rough',
    );
    const copy = `chdb:${folder.path}?table=plant.copy&timestamp=ts`;
    expect(await hash(chdbSource(copy))).toEqual(file);
    await folder.run('INSERT INTO plant.copy SELECT * FROM plant.copy LIMIT 1');
    expect(await hash(chdbSource(copy))).not.toEqual(file);
  });

  it('what fails in the middle of a query leaves nothing behind for the next one', async () => {
    const filter = "throwIf(timestamp_ms > toDateTime64('2014-01-01 00:00:00', 3, 'UTC')) = 0";
    const broken = chdbSource(
      `chdb:${folder.path}?${new URLSearchParams({ table: 'plant.nab', filter }).toString()}`,
    );
    await expect(readRows(broken)).rejects.toThrow(/FUNCTION_THROW_IF/);
    const table = chdbSource(`chdb:${folder.path}?table=plant.nab`);
    expect((await readRows(table)).rows).toHaveLength(22_695);
    await table.close();
    await broken.close();
  });

  it('ranges use the primary key', async () => {
    front.queries.length = 0;
    const source = overHttp('doubled', { metric_id: 'id', timestamp: 'ts', value: 'v' });
    await source.splits({ startMs: 1_551_877_800_000, endMs: 1_551_877_860_000 });
    const { sql, params, settings } = front.queries.find((query) =>
      query.sql.includes('GROUP BY'),
    )!;
    const explain = await folder.engine({
      sql: `EXPLAIN indexes = 1 ${sql.replace('FORMAT JSONCompact', 'FORMAT TSV')}`,
      params,
      settings,
    });
    const text = Buffer.from(explain as Uint8Array).toString('utf8');
    const [, read, all] = /PrimaryKey[\s\S]*?Granules: (\d+)\/(\d+)/.exec(text)!;
    expect(Number(read)).toBeLessThan(Number(all) / 4);
    await source.close();
  });
});

describe.skipIf(hasChdb)('without chdb', () => {
  it('says how it is installed', async () => {
    const source = chdbSource('chdb:samples.parquet');
    await expect(source.splits(null)).rejects.toThrow(/npm install chdb/);
  });
});
