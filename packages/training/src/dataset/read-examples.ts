/** The examples of a dataset, batch by batch, in the order of its splits and parts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordBatchReader, type RecordBatch } from 'apache-arrow';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { WindrowError, messageOf } from '@windrow/core';
import type { Dataset } from './read-manifest.ts';

export interface ExampleBatch {
  readonly split: string;
  /** Below the dataset's folder. */
  readonly part: string;
  /** 0-based row of the batch's first example in its part. */
  readonly firstRow: number;
  readonly length: number;
  /** Values of a column, a number, text, null, or an array of numbers each. @throws WindrowError INPUT where there is no such column */
  column(name: string): ArrayLike<unknown>;
}

/** @param columns names of those that are read */
export async function* readExamples(
  { path, manifest }: Dataset,
  columns: readonly string[],
): AsyncGenerator<ExampleBatch> {
  for (const { split, parts } of manifest.data) {
    for (const part of parts) {
      const batches = part.endsWith('.parquet')
        ? parquetBatches(join(path, part), columns)
        : arrowBatches(join(path, part));
      let firstRow = 0;
      try {
        for await (const { length, column } of batches) {
          yield { split, part, firstRow, length, column };
          firstRow += length;
        }
      } catch (error) {
        if (error instanceof WindrowError) throw error;
        throw new WindrowError(
          'INPUT',
          `${join(path, part)}: cannot be read: ${messageOf(error)}; export the dataset again`,
          { cause: error },
        );
      }
    }
  }
}

type Columns = Pick<ExampleBatch, 'length' | 'column'>;

async function* parquetBatches(path: string, columns: readonly string[]): AsyncGenerator<Columns> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const length = Number(group.num_rows);
    const rowEnd = rowStart + length;
    const read = new Map<string, unknown[]>(columns.map((name) => [name, []]));
    await parquetRead({
      file,
      metadata,
      compressors,
      columns: [...columns],
      rowStart,
      rowEnd,
      onChunk: ({ columnName, columnData }) => {
        for (const value of columnData) read.get(columnName)!.push(value);
      },
    });
    yield { length, column: (name) => read.get(name) ?? missing(path, name) };
    rowStart = rowEnd;
  }
}

async function* arrowBatches(path: string): AsyncGenerator<Columns> {
  for (const batch of RecordBatchReader.from(await readFile(path))) {
    yield { length: batch.numRows, column: (name) => arrowColumn(path, batch, name) };
  }
}

function arrowColumn(path: string, batch: RecordBatch, name: string): ArrayLike<unknown> {
  const vector = batch.getChild(name);
  if (vector === null) return missing(path, name);
  return Array.from({ length: batch.numRows }, (_, i) => {
    const value: unknown = vector.get(i);
    // A list of numbers comes as a vector of its own.
    return typeof value === 'object' && value !== null && 'toArray' in value
      ? (value as { toArray: () => unknown }).toArray()
      : value;
  });
}

function missing(path: string, name: string): never {
  throw new WindrowError('INPUT', `${path}: found no column ${name}; export the dataset again`);
}
