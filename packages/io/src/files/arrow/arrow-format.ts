/**
 * Samples in Arrow IPC, file or stream: the long form, record batch by record batch. The name does not matter: a file that
 * begins as a stream is read as one.
 */
import type { ReadOptions, SampleBatch } from '@windrow/core';
import type { FileStorage } from '../file-storage.ts';
import { Damage, damageOf, lostFrom } from '../internal/damage.ts';
import { readBytes } from '../internal/read-bytes.ts';
import { wholeFile, type FilePart, type SampleFile, type SampleFormat } from '../sample-file.ts';
import { registerBufferCodecs } from './internal/buffer-codecs.ts';
import { ByteTaker } from './internal/byte-taker.ts';
import { ColumnChoice } from './internal/column-choice.ts';
import { readFooter, type ArrowFooter } from './internal/footer.ts';
import { arrowMessages } from './internal/messages.ts';
import { LONG_FORM, expectedTypes } from './internal/record-columns.ts';
import { RecordSamples } from './internal/record-samples.ts';
import { openRecords } from './internal/record-stream.ts';

export class ArrowFormat implements SampleFormat {
  readonly #storage: FileStorage;

  constructor(storage: FileStorage) {
    this.#storage = storage;
    registerBufferCodecs();
  }

  async parts(file: SampleFile): Promise<readonly FilePart[]> {
    return [wholeFile(file)];
  }

  async *read(
    file: SampleFile,
    _index: number | null,
    options: ReadOptions,
  ): AsyncGenerator<SampleBatch> {
    const bytes = new ByteTaker(readBytes(file, this.#storage));
    const { arrivalColumn } = options;
    const form = { names: LONG_FORM, decimals: false, arrivalColumn };
    const choice = new ColumnChoice(expectedTypes(form));
    const messages = arrowMessages(bytes, () => this.#footer(file.path), choice);
    let rows = 0;
    try {
      const records = await openRecords(messages);
      const { dictionary, reject } = options;
      const origin = { ...form, source: file.path, dictionary, reject };
      const samples = new RecordSamples(records.schema, choice.names, origin);
      for await (const record of records.batches) {
        yield* samples.read(record, rows + 1);
        rows += record.numRows;
      }
    } catch (error) {
      const reason = damageOf(error, file.path);
      options.reject(lostFrom(file.path, rows === 0 ? null : rows + 1, 'row', reason));
    } finally {
      await bytes.close();
    }
  }

  async #footer(path: string): Promise<ArrowFooter | Damage> {
    try {
      return await readFooter(this.#storage, path);
    } catch (error) {
      return new Damage(damageOf(error, path));
    }
  }
}
