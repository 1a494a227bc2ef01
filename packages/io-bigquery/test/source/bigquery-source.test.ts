import { MetricDictionary, WindrowError } from '@windrow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bigQuerySource, type BigQuerySourceOptions } from '../../src/index.ts';
import { FakeBigQuery } from '../fake/fake-bigquery.ts';
import {
  FIELDS,
  RETRY,
  START_MS,
  TABLE,
  URI,
  fill,
  idOf,
  keysOf,
  readAll,
  sampleRows,
} from '../fake/samples.ts';
import type { Field, Row } from '../fake/tables.ts';

let fake: FakeBigQuery;
beforeEach(async () => {
  fake = await FakeBigQuery.start();
});
afterEach(() => fake.close());

const open = (uri = URI, options: BigQuerySourceOptions = {}) =>
  bigQuerySource(uri, { endpoints: fake.endpoints, project: 'payer', retry: RETRY, ...options });

async function failure(run: Promise<unknown>): Promise<WindrowError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof WindrowError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('bigQuerySource, the contract of sources', () => {
  it('gives every row once, without dead letters, again and again', async () => {
    const rows = sampleRows(5000);
    fill(fake, rows);
    const source = open();
    for (let round = 0; round < 2; round++) {
      const read = await readAll(source);
      expect(read.letters).toEqual([]);
      expect(read.keys.toSorted()).toEqual(keysOf(rows));
    }
    await source.close();
  });

  it('gives the rows of a stream in its order', async () => {
    const rows = sampleRows(300);
    fill(fake, rows);
    const source = open(`${URI}?streams=1`);
    expect((await readAll(source)).keys.toSorted()).toEqual(keysOf(rows));
    const read = await readAll(source);
    const times = read.keys.map((key) => Number(key.split(' ')[1]));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    await source.close();
  });

  it('lists each stream as a split of a sequence of its own, and says no more of it than is true', async () => {
    fill(fake, sampleRows(5000));
    const source = open(`${URI}?streams=4`);
    const all = await source.splits(null);
    expect(all.map((split) => split.sequence)).toEqual([0, 1, 2, 3]);
    expect(all.map(({ minMs, maxMs, rowCount }) => [minMs, maxMs, rowCount])).toEqual(
      all.map(() => [null, null, null]),
    );
    expect(all[0]!.name).toBe(`${URI}?streams=4, stream 1 of 4`);
    expect(all.reduce((sum, split) => sum + split.sizeBytes, 0)).toBe(5000 * 3 * 8);
    const range = { startMs: START_MS + 5, endMs: START_MS + 2_000_000 };
    for (const split of await source.splits(range)) {
      expect([split.minMs, split.maxMs]).toEqual([range.startMs, range.endMs - 1]);
    }
    const { keys } = await readAll(source, range);
    expect(keys).toHaveLength(1999);
    for (const key of keys) {
      const ms = Number(key.split(' ')[1]);
      expect(ms >= range.startMs && ms < range.endMs).toBe(true);
    }
    await source.close();
  });

  it('gives splits that another source of the same URI can read', async () => {
    fill(fake, sampleRows(500));
    const [source, other] = [open(), open()];
    const dictionary = new MetricDictionary();
    let count = 0;
    for (const split of structuredClone(await source.splits(null))) {
      const options = { dictionary, range: null, reject: () => undefined };
      for await (const batch of other.read(split, options)) count += batch.length;
    }
    expect(count).toBe(500);
    expect(fake.read.sessions).toHaveLength(1);
    await source.close();
    await other.close();
  });

  it('gives unknown ids of a closed dictionary the unknown slot', async () => {
    fill(fake, sampleRows(14));
    const source = open();
    const read = await readAll(source, null, MetricDictionary.of([idOf(2)]));
    expect(read.keys.filter((key) => key.startsWith(idOf(2)))).toHaveLength(2);
    expect(read.keys.filter((key) => key.startsWith('unknown'))).toHaveLength(12);
    await source.close();
  });

  it('ends the call where the iteration ends early', async () => {
    fill(fake, sampleRows(50_000));
    fake.reads.batchRows = () => 500;
    const source = open(`${URI}?streams=1`);
    const [split] = await source.splits(null);
    const options = { dictionary: new MetricDictionary(), range: null, reject: () => undefined };
    for await (const batch of source.read(split!, options)) {
      expect(batch.length).toBe(500);
      break;
    }
    await expect.poll(() => fake.grpc.open).toBe(0);
    expect(fake.read.reads).toHaveLength(1);
    expect(fake.read.reads[0]!.responses).toBeLessThan(100);
    await source.close();
  });

  it('has no split where there is no row, no time or no metric', async () => {
    fill(fake, []);
    const source = open();
    expect(await source.splits(null)).toEqual([]);
    expect(await source.splits({ startMs: 5, endMs: 5 })).toEqual([]);
    await source.close();
    const none = open(URI, { metricIds: [] });
    expect(await none.splits(null)).toEqual([]);
    await none.close();
    expect(fake.read.sessions).toHaveLength(1);
  });
});

describe('types of columns', () => {
  const read = async (fields: readonly Field[], rows: readonly Row[], uri = URI) => {
    fill(fake, rows, fields);
    const source = open(uri);
    const result = await readAll(source, { startMs: START_MS, endMs: START_MS + 10_000 });
    await source.close();
    return result;
  };
  const fieldsWith = (field: Field): Field[] =>
    FIELDS.map((each) => (each.name === field.name ? field : each));

  it('reads DATETIME, and integers as milliseconds', async () => {
    const rows = sampleRows(20);
    const expected = keysOf(rows).slice(0, 20);
    const datetime = await read(fieldsWith({ name: 'timestamp', type: 'DATETIME' }), rows);
    expect(datetime.keys.toSorted()).toEqual(expected.filter((key) => datetime.keys.includes(key)));
    expect(datetime.keys).toHaveLength(10);
    const inMs = rows.map((row) => ({ ...row, at: Number(row['timestamp']) / 1000 }));
    const integers = await read(
      [...FIELDS, { name: 'at', type: 'INTEGER' }],
      inMs,
      `${URI}?timestamp=at`,
    );
    expect(integers.keys.toSorted()).toEqual(datetime.keys.toSorted());
  });

  it('floors microseconds, also before 1970', async () => {
    const rows = [-1n, -1000n, -1001n, 999n, 1000n].map((timestamp) => ({
      metric_id: idOf(0),
      timestamp,
      value: 1,
    }));
    fill(fake, rows);
    const source = open(`${URI}?streams=1`);
    const { keys } = await readAll(source, { startMs: -5, endMs: 5 });
    expect(keys.map((key) => Number(key.split(' ')[1]))).toEqual([-1, -1, -2, 0, 1]);
    await source.close();
  });

  it('reads ids of 16 bytes, NUMERIC and INTEGER values', async () => {
    const bytes = (id: string): Uint8Array => Buffer.from(id.replaceAll('-', ''), 'hex');
    const rows = sampleRows(3).map((row) => ({
      ...row,
      metric_id: bytes(String(row['metric_id'])),
      value: 1_500_000_000n * BigInt(row['value'] as number),
    }));
    const fields = fieldsWith({ name: 'metric_id', type: 'BYTES' });
    const numeric = await read(
      fields.map((field) => (field.name === 'value' ? { ...field, type: 'NUMERIC' } : field)),
      rows,
    );
    expect(numeric.keys.map((key) => key.split(' ')[2])).toEqual(['0', '1.5', '3']);
    expect(numeric.keys.map((key) => key.split(' ')[0])).toEqual([idOf(0), idOf(1), idOf(2)]);
    const integer = await read(
      fields.map((field) => (field.name === 'value' ? { ...field, type: 'INTEGER' } : field)),
      rows,
    );
    expect(integer.keys.map((key) => key.split(' ')[2])).toEqual(['0', '1500000000', '3000000000']);
  });

  it('hands null values on as NaN, and sets rows aside that are no samples', async () => {
    const rows: Row[] = [
      { metric_id: idOf(0), timestamp: 1000n, value: null },
      { metric_id: 'pump 7', timestamp: 2000n, value: 1 },
      { metric_id: idOf(0), timestamp: null, value: 1 },
      { metric_id: null, timestamp: 2000n, value: 1 },
    ];
    fill(
      fake,
      rows,
      FIELDS.map(({ name, type }) => ({ name, type })),
    );
    const source = open(`${URI}?streams=1`);
    const { keys, letters } = await readAll(source);
    expect(keys).toEqual([`${idOf(0)} 1 NaN`]);
    expect(letters.map(({ row, reason }) => `${row}: ${reason.split(',')[0]!}`)).toEqual([
      '2: metric_id: found "pump 7"',
      '3: timestamp_ms: found null',
      '4: metric_id: found null',
    ]);
    expect(letters[0]!.source).toMatch(/sessions\/s0\/streams\/0$/);
    await source.close();
  });
});

describe('what cannot be read', () => {
  it.each([
    [
      FIELDS.slice(0, 3),
      '',
      /found the columns plant, metric_id, timestamp, expected one called value: say which it is with \?value=COLUMN/,
    ],
    [
      FIELDS,
      '?timestamp=plant',
      /column plant: found STRING, expected TIMESTAMP or DATETIME or INTEGER for \?timestamp=/,
    ],
    [
      [...FIELDS.slice(0, 3), { name: 'value', type: 'FLOAT', mode: 'REPEATED' }],
      '',
      /column value: found REPEATED FLOAT/,
    ],
    [
      [...FIELDS.slice(0, 3), { name: 'value', type: 'BIGNUMERIC' }],
      '',
      /column value: found BIGNUMERIC, expected FLOAT or INTEGER or NUMERIC/,
    ],
  ] as const)('refuses columns that make no samples: %#', async (fields, search, message) => {
    fill(fake, [], fields);
    const source = open(URI + search);
    const error = await failure(source.splits(null));
    expect(error.code).toBe('INPUT');
    expect(error.message).toMatch(message);
    await source.close();
  });

  it('names the table that is not there', async () => {
    const source = open('bigquery://plant.sensors.nothing');
    const error = await failure(source.splits(null));
    expect(error.code).toBe('INPUT');
    expect(error.message).toMatch(
      /^bigquery:\/\/plant\.sensors\.nothing: looking at the table: Not found: .*check the names and the location/,
    );
    await source.close();
  });

  it('says which roles are missing, for the table and for the session', async () => {
    fill(fake, sampleRows(1));
    const roles =
      /roles\/bigquery\.readSessionUser on the project that pays and roles\/bigquery\.dataViewer on the table/;
    fake.rest.fault = () => 'denied';
    const source = open();
    expect((await failure(source.splits(null))).message).toMatch(roles);
    fake.rest.fault = () => null;
    fake.reads.sessionFault = () => 'denied';
    const error = await failure(source.splits(null));
    expect(error.message).toMatch(/opening a read session: .*no bigquery\.readsessions\.create/);
    expect(error.message).toMatch(roles);
    await source.close();
  });

  it('shows what rows were restricted to where the service refuses the filter', async () => {
    fill(fake, sampleRows(1));
    const source = open(`${URI}?filter=nonsense`);
    expect((await failure(source.splits(null))).message).toMatch(
      /rows were restricted to: \(nonsense\n\)/,
    );
    await source.close();
  });

  it('refuses a view, and says how it is read', async () => {
    fake.tables.set(TABLE, { fields: FIELDS, rows: [], kind: 'VIEW' });
    const source = open();
    expect((await failure(source.splits(null))).message).toMatch(
      /found a VIEW.*write bigquery-query:SELECT \* FROM `plant\.sensors\.samples`/,
    );
    await source.close();
  });
});
