/** Small tables of any columns, row by row: labels, names of metrics. CSV, NDJSON, Parquet, Arrow, by the file's name. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { RecordBatchReader, type RecordBatch } from 'apache-arrow';
import { parse } from 'csv-parse';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { WindrowError, messageOf } from '@windrow/core';

export interface TableRow {
  /** 1-based; for CSV and NDJSON the physical line. */
  readonly row: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface OpenTable {
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<TableRow>;
}

const EXTENSIONS: readonly (readonly [RegExp, (path: string) => Promise<OpenTable>])[] = [
  [/\.csv$/i, openCsv],
  [/\.(?:ndjson|jsonl)$/i, openNdjson],
  [/\.(?:parquet|pq)$/i, openParquet],
  [/\.(?:arrow|arrows|feather|ipc)$/i, openArrow],
];

/**
 * Opens a table.
 * @throws WindrowError INPUT where it cannot be read; also while its rows are read
 */
export async function readTable(path: string): Promise<OpenTable> {
  const open = EXTENSIONS.find(([pattern]) => pattern.test(path))?.[1];
  if (open === undefined) {
    throw new WindrowError(
      'INPUT',
      `${path}: the extension says no known table, expected .csv .ndjson .parquet or .arrow`,
    );
  }
  try {
    const { columns, rows } = await open(path);
    return { columns, rows: told(path, rows) };
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function* told(path: string, rows: AsyncIterable<TableRow>): AsyncGenerator<TableRow> {
  const iterator = rows[Symbol.asyncIterator]();
  for (;;) {
    let next: IteratorResult<TableRow>;
    try {
      next = await iterator.next();
    } catch (error) {
      throw unreadable(path, error);
    }
    if (next.done === true) return;
    yield next.value;
  }
}

function unreadable(path: string, error: unknown): WindrowError {
  if (error instanceof WindrowError) return error;
  return new WindrowError('INPUT', `${path}: cannot be read as a table: ${messageOf(error)}`, {
    cause: error,
  });
}

async function openCsv(path: string): Promise<OpenTable> {
  const parser = parse({ bom: true, skip_empty_lines: true, info: true, trim: true });
  const stream = createReadStream(path);
  stream.on('error', (error) => parser.destroy(error));
  const records: AsyncIterator<CsvRecord> = stream.pipe(parser)[Symbol.asyncIterator]();
  const header = await records.next();
  if (header.done === true) throw new Error('the file is empty, expected a header');
  const columns = header.value.record;
  return { columns, rows: csvRows(columns, records) };
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function* csvRows(
  columns: readonly string[],
  records: AsyncIterator<CsvRecord>,
): AsyncGenerator<TableRow> {
  for (let next = await records.next(); next.done !== true; next = await records.next()) {
    const { record, info } = next.value;
    yield {
      row: info.lines,
      fields: Object.fromEntries(columns.map((name, i) => [name, record[i]])),
    };
  }
}

/** The columns of NDJSON are the keys of its first line. */
async function openNdjson(path: string): Promise<OpenTable> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  const rows = ndjsonRows(lines);
  const first = await rows.next();
  if (first.done === true) throw new Error('the file is empty, expected an object a line');
  return { columns: Object.keys(first.value.fields), rows: continued(first.value, rows) };
}

async function* continued(
  first: TableRow,
  rest: AsyncIterable<TableRow>,
): AsyncGenerator<TableRow> {
  yield first;
  yield* rest;
}

async function* ndjsonRows(lines: AsyncIterable<string>): AsyncGenerator<TableRow> {
  let row = 0;
  for await (const line of lines) {
    row++;
    if (line.trim() === '') continue;
    const fields: unknown = JSON.parse(line);
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
      throw new Error(`line ${row}: found no object`);
    }
    yield { row, fields: fields as Record<string, unknown> };
  }
}

async function openParquet(path: string): Promise<OpenTable> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const columns = (metadata.schema[0]?.num_children ?? 0) === 0 ? [] : topLevel(metadata.schema);
  async function* rows(): AsyncGenerator<TableRow> {
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      const read = { file, metadata, compressors, rowStart, rowEnd };
      for (const [i, fields] of (await parquetReadObjects(read)).entries()) {
        yield { row: rowStart + i + 1, fields };
      }
      rowStart = rowEnd;
    }
  }
  return { columns, rows: rows() };
}

function topLevel(schema: readonly { name: string; num_children?: number }[]): string[] {
  const names: string[] = [];
  for (let at = 1; at < schema.length; at++) {
    names.push(schema[at]!.name);
    let below = schema[at]!.num_children ?? 0;
    while (below > 0) below += (schema[++at]!.num_children ?? 0) - 1;
  }
  return names;
}

async function openArrow(path: string): Promise<OpenTable> {
  const reader = RecordBatchReader.from(await readFile(path)).open();
  async function* rows(): AsyncGenerator<TableRow> {
    let row = 0;
    for (const batch of reader) yield* arrowRows(batch, (row += batch.numRows) - batch.numRows);
    await Promise.resolve();
  }
  return { columns: reader.schema.names.map(String), rows: rows() };
}

function* arrowRows(batch: RecordBatch, before: number): Generator<TableRow> {
  const columns = batch.schema.fields.map((field) => ({
    name: field.name,
    values: batch.getChild(field.name)!,
  }));
  for (let i = 0; i < batch.numRows; i++) {
    yield {
      row: before + i + 1,
      fields: Object.fromEntries(columns.map(({ name, values }) => [name, values.get(i)])),
    };
  }
}
