/** From a journal to a file: each prediction once, under the final name at once. */
import { join } from 'node:path';
import { AtomicFile } from '../../files/atomic-file.ts';
import { ArrowEncoder } from '../../files/encode/arrow-encoder.ts';
import { CsvEncoder } from '../../files/encode/csv-encoder.ts';
import type { Encoder } from '../../files/encode/encoder.ts';
import { NdjsonEncoder } from '../../files/encode/ndjson-encoder.ts';
import { ParquetEncoder } from '../../files/encode/parquet-encoder.ts';
import type { FormatName } from '../../files/file-names.ts';
import { FileSink } from '../../files/file-sink.ts';
import { journalRows } from './interval-journal.ts';
import { SeenNames, predictionRowTable, type PredictionRow } from './prediction-row.ts';
import { partName, type WindowedFilesOptions } from './windowed-files-options.ts';

const GROUP_ROWS = 16_384;

export interface FinishedPart {
  readonly rows: number;
  /** Rows whose names were there before. */
  readonly duplicates: number;
}

/**
 * Writes the file of a part.
 * @param earlier journals of the interval's parts before, as far as they are kept: what they name is not written again
 */
export async function finishPart(
  part: { readonly path: string; readonly startMs: number; readonly number: number },
  earlier: readonly string[],
  options: WindowedFilesOptions,
): Promise<FinishedPart> {
  const seen = new SeenNames();
  for (const path of earlier) {
    for await (const rows of journalRows(path)) for (const row of rows) seen.add(row);
  }
  const path = join(options.folder, `${partName(part.startMs, part.number)}.${options.extension}`);
  const file = await AtomicFile.create(path);
  const encoder = encoderOf(options.format.format);
  const sink = new FileSink(options.uri, file, encoder, options.format.compression);
  let rowCount = 0;
  let duplicates = 0;
  try {
    for await (const rows of journalRows(part.path)) {
      const fresh = rows.filter((row) => seen.add(row));
      rowCount += fresh.length;
      duplicates += rows.length - fresh.length;
      await sink.write(fresh);
    }
    if (rowCount > 0) await sink.commit();
  } finally {
    await sink.abort();
  }
  return { rows: rowCount, duplicates };
}

function encoderOf(format: FormatName): Encoder<readonly PredictionRow[]> {
  switch (format) {
    case 'parquet':
      return new ParquetEncoder(predictionRowTable, GROUP_ROWS);
    case 'arrow':
      return new ArrowEncoder(predictionRowTable, 'file');
    case 'arrows':
      return new ArrowEncoder(predictionRowTable, 'stream');
    case 'csv':
      return new CsvEncoder(predictionRowTable);
    case 'ndjson':
      return new NdjsonEncoder(predictionRowTable);
    case 'records':
      throw new Error('records have no columns for what a prediction says');
  }
}
