/** An engine without ClickHouse: a table of samples in memory, and as much SQL as the source writes. */
import {
  Dictionary,
  Float64,
  Int32,
  Int64,
  RecordBatchStreamWriter,
  Table,
  Utf8,
  makeVector,
  vectorFromArray,
} from 'apache-arrow';
import type { Engine, FrontQuery } from './http-front.ts';

export interface FakeRow {
  readonly id: string;
  readonly ms: number;
  readonly value: number;
}

/** Rows in a record batch. */
const BATCH_ROWS = 8192;

/** A table `db.samples` with the columns metric_id (String), timestamp_ms (Int64) and value (Float64). */
export function fakeEngine(rows: readonly FakeRow[]): Engine {
  return (query) => {
    const { sql } = query;
    if (sql.startsWith('DESCRIBE')) {
      return json([
        ['metric_id', 'String'],
        ['timestamp_ms', 'Int64'],
        ['value', 'Float64'],
      ]);
    }
    if (sql.startsWith('SELECT DISTINCT')) {
      const ids = textsOf(query.params['ids']!);
      return json(
        [...new Set(rows.map((row) => row.id))].flatMap((id) =>
          ids.includes(id.toLowerCase()) ? [[id]] : [],
        ),
      );
    }
    const chosen = rows.filter((row) => isChosen(row, query));
    const slice = /positiveModulo\(__cut, (\d+)\)/.exec(sql)?.[1];
    if (slice !== undefined) return json(slices(chosen, Number(slice)));
    if (sql.includes(' ORDER BY ')) chosen.sort((a, b) => a.ms - b.ms || (a.id < b.id ? -1 : 1));
    return arrowStream(chosen);
  };
}

function isChosen({ id, ms }: FakeRow, { params }: FrontQuery): boolean {
  const { start, end, from, to, ids } = params;
  return (
    (start === undefined || ms >= Number(start)) &&
    (from === undefined || ms >= Number(from)) &&
    (end === undefined || ms < Number(end)) &&
    (to === undefined || ms < Number(to)) &&
    (ids === undefined || textsOf(ids).includes(id))
  );
}

/** `['a','b']` */
function textsOf(array: string): string[] {
  return array
    .slice(1, -1)
    .split(',')
    .map((text) => text.slice(1, -1));
}

function slices(rows: readonly FakeRow[], sliceMs: number): number[][] {
  const found = new Map<number, number[]>();
  for (const { ms } of rows) {
    const key = Math.floor(ms / sliceMs);
    found.set(key, [...(found.get(key) ?? []), ms]);
  }
  return [...found]
    .map(([key, times]) => [key, times.length, Math.min(...times), Math.max(...times)])
    .toSorted((a, b) => a[0]! - b[0]!);
}

function json(data: readonly (readonly unknown[])[]): Uint8Array {
  return Buffer.from(JSON.stringify({ data }));
}

/** As ClickHouse writes it: ids by dictionary. */
export function arrowStream(rows: readonly FakeRow[]): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  const ids = vectorFromArray(
    rows.map((row) => row.id),
    new Dictionary(new Utf8(), new Int32()),
  );
  const table = new Table({
    __id: ids,
    __ms: makeVector({
      type: new Int64(),
      data: BigInt64Array.from(rows, (row) => BigInt(row.ms)),
    }),
    __value: makeVector({ type: new Float64(), data: Float64Array.from(rows, (row) => row.value) }),
  });
  for (let at = 0; at < Math.max(1, rows.length); at += BATCH_ROWS) {
    for (const batch of table.slice(at, at + BATCH_ROWS).batches) writer.write(batch);
  }
  writer.close();
  return writer.toUint8Array(true);
}
