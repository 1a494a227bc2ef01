/** Samples for tests: rows in, rows out, and what every format must give back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  MetricDictionary,
  SampleColumns,
  type DeadLetter,
  type SampleBatch,
  type Source,
  type TimeRange,
} from '@windrow/core';
import { openSampleSink } from '../src/index.ts';

export const FIXTURES: string = join(import.meta.dirname, '../../../../shared/fixtures');

/** Every form in which samples are written. */
export const FORMS: readonly string[] = [
  'parquet',
  'arrow',
  'arrows',
  'csv',
  'ndjson',
  'rec',
  'arrows.gz',
  'csv.gz',
  'csv.zst',
  'ndjson.gz',
  'ndjson.zst',
  'rec.zst',
];

export interface Row {
  readonly id: string;
  readonly timestampMs: number;
  readonly value: number;
}

/** The n-th id. */
export function idOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** Rows with every kind of value: signs of zero, not finite, before 1970, the smallest and the largest. */
export function someRows(count: number): Row[] {
  const special = [0, -0, Number.NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1];
  return Array.from({ length: count }, (_, i) => ({
    id: idOf(i % 7),
    timestampMs: i % 11 === 0 ? -1500 - i : 1_700_000_000_000 + i * 250,
    value: i % 5 === 0 ? special[(i / 5) % special.length]! : Math.sin(i) * 1000,
  }));
}

export function batchOf(rows: readonly Row[], dictionary = new MetricDictionary()): SampleBatch {
  const batch = new SampleColumns(dictionary, Math.max(1, rows.length));
  for (const row of rows) batch.push(dictionary.intern(row.id), row.timestampMs, row.value);
  return batch;
}

function rowsOf(batch: SampleBatch): Row[] {
  return Array.from({ length: batch.length }, (_, i) => ({
    id: batch.slots[i]! < 0 ? 'unknown' : batch.dictionary.text(batch.slots[i]!),
    timestampMs: batch.timestampsMs[i]!,
    value: batch.values[i]!,
  }));
}

export interface Read {
  readonly rows: Row[];
  readonly letters: DeadLetter[];
  readonly batchSizes: number[];
}

/** Everything that a source has, in order. */
export async function readAll(
  source: Source,
  range: TimeRange | null = null,
  dictionary = new MetricDictionary(),
): Promise<Read> {
  const read: Read = { rows: [], letters: [], batchSizes: [] };
  for (const split of await source.splits(range)) {
    const reject = (letter: DeadLetter): void => void read.letters.push(letter);
    for await (const batch of source.read(split, { dictionary, range, reject })) {
      read.batchSizes.push(batch.length);
      for (const row of rowsOf(batch)) read.rows.push(row);
    }
  }
  return read;
}

/** Writes rows in batches of `batchRows` and returns the path. */
export async function writeRows(
  path: string,
  rows: readonly Row[],
  batchRows = 1000,
): Promise<string> {
  const sink = await openSampleSink(path);
  for (let at = 0; at < rows.length; at += batchRows) {
    await sink.write(batchOf(rows.slice(at, at + batchRows)));
  }
  await sink.commit();
  return path;
}

/** Runs with a folder of its own, which is removed afterwards. */
export async function withFolder<Result>(
  run: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'windrow-io-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One text a row, in which -0 differs from 0. */
export function keysOf(rows: readonly Row[]): string[] {
  return rows.map(
    ({ id, timestampMs, value }) => `${id} ${timestampMs} ${Object.is(value, -0) ? '-0' : value}`,
  );
}
