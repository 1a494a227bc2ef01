/** Predictions that a run has written: a file, a folder or a glob of Parquet, Arrow, CSV and NDJSON. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { RecordBatchReader } from 'apache-arrow';
import { parse } from 'csv-parse';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { WindrowError, messageOf } from '@windrow/core';
import { findFiles, type FoundFile } from '../files/find-files.ts';
import { parseUri } from '../uri.ts';
import { PREDICTION_COLUMNS, predictionOf, type WrittenPrediction } from './written-prediction.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads every prediction below a path, file by file. The record form is refused: it does not say revisions.
 * @throws WindrowError INPUT where there is nothing, or a file cannot be read; FORMAT for a row that is no prediction
 */
export async function* readPredictions(uri: string): AsyncGenerator<WrittenPrediction> {
  const { scheme, rest } = parseUri(uri);
  if (scheme !== 'file') {
    throw new WindrowError(
      'USAGE',
      `${uri}: found the scheme ${scheme}:, expected predictions in files (a file, a folder or a glob)`,
    );
  }
  for (const file of await findFiles(rest, () => undefined)) {
    let row = 0;
    for await (const values of rowsOf(file)) {
      row++;
      yield predictionOf(values, `${file.path}, row ${row}`);
    }
  }
}

async function* rowsOf(file: FoundFile): AsyncGenerator<Row> {
  try {
    switch (file.format) {
      case 'parquet':
        yield* parquetRows(file.path);
        return;
      case 'arrow':
      case 'arrows':
        yield* arrowRows(plain(file));
        return;
      case 'csv':
        yield* plain(file).pipe(parse({ bom: true, columns: true, max_record_size: 1 << 20 }));
        return;
      case 'ndjson':
        yield* ndjsonRows(plain(file));
        return;
      case 'records':
        throw new WindrowError(
          'INPUT',
          `${file.path}: records do not say revisions, expected predictions as Parquet, Arrow, CSV or NDJSON`,
        );
    }
  } catch (error) {
    if (error instanceof WindrowError) throw error;
    throw new WindrowError('INPUT', `${file.path}: cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Row group by row group. */
async function* parquetRows(path: string): AsyncGenerator<Row> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const known = new Set(metadata.schema.map(({ name }) => name));
  const columns = PREDICTION_COLUMNS.filter((name) => known.has(name));
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    yield* await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors });
    rowStart = rowEnd;
  }
}

async function* arrowRows(input: Readable): AsyncGenerator<Row> {
  const reader = await RecordBatchReader.from(input);
  for await (const batch of reader) {
    const columns = PREDICTION_COLUMNS.flatMap((name) => {
      const column = batch.getChild(name);
      return column === null ? [] : [{ name, column }];
    });
    for (let i = 0; i < batch.numRows; i++) {
      yield Object.fromEntries(columns.map(({ name, column }) => [name, column.get(i) as unknown]));
    }
  }
}

async function* ndjsonRows(input: Readable): AsyncGenerator<Row> {
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const value: unknown = JSON.parse(line);
    yield typeof value === 'object' && value !== null ? { ...value } : {};
  }
}

function plain({ path, compression }: FoundFile): Readable {
  const bytes = createReadStream(path);
  if (compression === null) return bytes;
  const unpacked = compression === 'gzip' ? createGunzip() : createZstdDecompress();
  bytes.on('error', (error) => unpacked.destroy(error));
  return bytes.pipe(unpacked);
}
