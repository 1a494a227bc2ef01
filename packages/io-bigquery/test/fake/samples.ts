/** Samples for tests: as rows of a fake table, and as they are read. */
import {
  MetricDictionary,
  type DeadLetter,
  type Source,
  type SourceSplit,
  type TimeRange,
} from '@windrow/core';
import type { FakeBigQuery } from './fake-bigquery.ts';
import type { Field, Row } from './tables.ts';

export const TABLE = 'plant.sensors.samples';
export const URI = `bigquery://${TABLE}`;
/** No waiting between tries. */
export const RETRY = { waitMs: 0, failuresMax: 6 };

export const FIELDS: readonly Field[] = [
  { name: 'plant', type: 'STRING' },
  { name: 'metric_id', type: 'STRING', mode: 'REQUIRED' },
  { name: 'timestamp', type: 'TIMESTAMP', mode: 'REQUIRED' },
  { name: 'value', type: 'FLOAT' },
];
export const START_MS = 1_700_000_000_000;

/** The n-th id; it has letters, so that its upper case is another text. */
export function idOf(n: number): string {
  return `0000000a-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** A row a second, of seven metrics by turns. */
export function sampleRows(count: number): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    plant: 'north',
    metric_id: idOf(i % 7),
    timestamp: BigInt(START_MS + i * 1000) * 1000n,
    value: i,
  }));
}

export interface Read {
  /** `id timestamp value`, in the order of reading. */
  readonly keys: string[];
  readonly letters: DeadLetter[];
  readonly splits: readonly SourceSplit[];
}

export async function readAll(
  source: Source,
  range: TimeRange | null = null,
  dictionary: MetricDictionary = new MetricDictionary(),
): Promise<Read> {
  const splits = await source.splits(range);
  const read: Read = { keys: [], letters: [], splits };
  for (const split of splits) {
    const reject = (letter: DeadLetter): void => void read.letters.push(letter);
    for await (const batch of source.read(split, { dictionary, range, reject })) {
      for (let i = 0; i < batch.length; i++) {
        const slot = batch.slots[i]!;
        const id = slot < 0 ? 'unknown' : dictionary.text(slot);
        read.keys.push(`${id} ${batch.timestampsMs[i]!} ${batch.values[i]!}`);
      }
    }
  }
  return read;
}

/** What `readAll` is to give of these rows, in no order. */
export function keysOf(rows: readonly Row[]): string[] {
  return rows
    .map(
      (row) =>
        `${String(row['metric_id'])} ${Number(row['timestamp']) / 1000} ${String(row['value'])}`,
    )
    .toSorted();
}

/** Puts samples into the fake's table. */
export function fill(fake: FakeBigQuery, rows: readonly Row[], fields = FIELDS): void {
  fake.tables.set(TABLE, { fields, rows: [...rows] });
}
