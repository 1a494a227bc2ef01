/** Samples in CSV files: a header that names metric_id, timestamp_ms and value in any order, then a line a sample. */
import type { ReadOptions, SampleBatch } from '@windrow/core';
import { damageOf } from '../internal/damage.ts';
import type { FileStorage } from '../file-storage.ts';
import { readBytes } from '../internal/read-bytes.ts';
import { RowBatches } from '../internal/row-batches.ts';
import { wholeFile, type FilePart, type SampleFile, type SampleFormat } from '../sample-file.ts';
import { CsvRows } from './csv-rows.ts';
import { CsvSampleReader } from './csv-sample-reader.ts';

export class CsvFormat implements SampleFormat {
  readonly #storage: FileStorage;

  constructor(storage: FileStorage) {
    this.#storage = storage;
  }

  async parts(file: SampleFile): Promise<readonly FilePart[]> {
    return [wholeFile(file)];
  }

  async *read(
    file: SampleFile,
    _index: number | null,
    options: ReadOptions,
  ): AsyncGenerator<SampleBatch> {
    const batches = new RowBatches(options.dictionary, options.arrivalColumn !== undefined);
    const reader = new CsvSampleReader(file.path, batches, options);
    const rows = new CsvRows({
      line: (bytes, start, end, number) => reader.line(bytes, start, end, number),
      record: (fields, line) => reader.record(fields, line),
      broken: (reason, line) => reader.broken(reason, line),
    });
    try {
      for await (const chunk of readBytes(file, this.#storage)) {
        await rows.write(chunk);
        if (reader.headerFault !== null) break;
        yield* batches.full();
      }
      if (reader.headerFault === null) await rows.end();
      reader.finish();
      yield* batches.rest();
    } catch (error) {
      const reason = damageOf(error, file.path);
      yield* batches.rest();
      options.reject(reader.lost(reason));
    }
  }
}
