/**
 * One reading of a folder of the embedded ClickHouse, in a process of its own: `measure.ts fill FOLDER ROWS`, then `measure.ts NAME
 * FOLDER`, where NAME is a reader. Writes a line of JSON.
 */
import { MetricDictionary } from '@windrow/core';
import { chdbSource } from '@windrow/io-clickhouse';
import { createClient, type ClickHouseClient } from '@clickhouse/client';
import { connectionTo } from './chdb-connection.ts';

const METRICS = 100;
const START_MS = 1_700_000_000_000;

/** What a reading took. */
export interface Reading {
  readonly rows: number;
  readonly bytes: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
}

/** By name, what is read and how. */
const readers: Readonly<
  Record<string, (folder: string) => Promise<Pick<Reading, 'rows' | 'bytes'>>>
> = {
  bare: (folder) => readBare(folder),
  source: (folder) => readSource(folder, new MetricDictionary()),
  'source-ten': (folder) =>
    readSource(folder, MetricDictionary.of(Array.from({ length: 10 }, (_, n) => idOf(n)))),
};

const [name = '', folder = '', rows = '0'] = process.argv.slice(2);
if (name === 'fill') {
  await fill(folder, Number(rows));
} else {
  const startMs = performance.now();
  const before = process.cpuUsage();
  const read = await readers[name]!(folder);
  const cpu = process.cpuUsage(before);
  const reading: Reading = {
    ...read,
    wallMs: performance.now() - startMs,
    cpuMs: (cpu.user + cpu.system) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
  process.stdout.write(`${JSON.stringify(reading)}\n`);
}

function idOf(n: number): string {
  return `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

async function fill(path: string, count: number): Promise<void> {
  const client = createClient({ connection: await connectionTo(path) });
  const run = (query: string): Promise<unknown> => client.command({ query });
  await run('CREATE DATABASE plant');
  await run(
    'CREATE TABLE plant.samples (metric_id UUID, ts DateTime64(3), value Float64) ENGINE = MergeTree ORDER BY (metric_id, ts)',
  );
  const id = `toUUID(concat('00000000-0000-4000-8000-', leftPad(toString(number % ${METRICS}), 12, '0')))`;
  const ms = `${START_MS} + intDiv(number, ${METRICS}) * 1000`;
  await run(
    `INSERT INTO plant.samples SELECT ${id}, fromUnixTimestamp64Milli(toInt64(${ms})), round(sin(number) * 1000, 2) FROM numbers(${count})`,
  );
  await run('OPTIMIZE TABLE plant.samples FINAL');
  await client.close();
}

/** The client alone: the same queries, slice by slice, and their bytes thrown away. */
async function readBare(path: string): Promise<Pick<Reading, 'rows' | 'bytes'>> {
  const splits = await splitsOf(path);
  const client = createClient({ connection: await connectionTo(path) });
  let bytes = 0;
  for (const { minMs, maxMs } of splits) bytes += await drain(client, minMs, maxMs);
  await client.close();
  return { rows: splits.reduce((sum, split) => sum + split.rowCount, 0), bytes };
}

async function drain(client: ClickHouseClient, minMs: number, maxMs: number): Promise<number> {
  const { stream } = await client.exec({
    query: `SELECT toLowCardinality(toString(metric_id)) AS id, toUnixTimestamp64Milli(ts) AS ms, toFloat64(value) AS v
      FROM plant.samples WHERE ts >= fromUnixTimestamp64Milli({from:Int64}) AND ts <= fromUnixTimestamp64Milli({to:Int64}) FORMAT ArrowStream`,
    query_params: { from: minMs, to: maxMs },
    clickhouse_settings: {
      output_format_arrow_low_cardinality_as_dictionary: 1,
      output_format_arrow_compression_method: 'none',
    },
  });
  let bytes = 0;
  for await (const chunk of stream) bytes += (chunk as Uint8Array).length;
  return bytes;
}

interface Bounds {
  readonly minMs: number;
  readonly maxMs: number;
  readonly rowCount: number;
}

/** The splits of the source: what the bare client is asked for too. */
async function splitsOf(path: string): Promise<Bounds[]> {
  const metricIds = Array.from({ length: METRICS }, (_, n) => idOf(n));
  const source = chdbSource(uriOf(path), { metricIds });
  const splits = await source.splits(null);
  await source.close();
  return splits.map(({ minMs, maxMs, rowCount }) => ({
    minMs: minMs!,
    maxMs: maxMs!,
    rowCount: rowCount!,
  }));
}

/** The source: its batches of samples, thrown away. */
async function readSource(
  path: string,
  dictionary: MetricDictionary,
): Promise<Pick<Reading, 'rows' | 'bytes'>> {
  const source = chdbSource(uriOf(path));
  let count = 0;
  for (const split of await source.splits(null)) {
    for await (const batch of source.read(split, { dictionary, range: null, reject })) {
      count += batch.length;
    }
  }
  await source.close();
  return { rows: count, bytes: 0 };
}

function reject(): never {
  throw new Error('a row was refused');
}

function uriOf(path: string): string {
  return `chdb:${path}?table=plant.samples&timestamp=ts`;
}
