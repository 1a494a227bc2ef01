/** Samples in files of 32-byte records. */
import { RECORD_BYTES, decodeRecords } from '@windrow/codecs';
import { SampleColumns, type ReadOptions, type SampleBatch } from '@windrow/core';
import { Damage, damageOf, lostFrom, quarantined } from '../internal/damage.ts';
import type { FileStorage } from '../file-storage.ts';
import { readBytes } from '../internal/read-bytes.ts';
import {
  BATCH_ROWS,
  wholeFile,
  type FilePart,
  type SampleFile,
  type SampleFormat,
} from '../sample-file.ts';

export class RecordsFormat implements SampleFormat {
  readonly #storage: FileStorage;

  constructor(storage: FileStorage) {
    this.#storage = storage;
  }

  async parts(file: SampleFile): Promise<readonly FilePart[]> {
    const isPlain = file.compression === null;
    const rowCount = isPlain ? Math.floor(file.sizeBytes / RECORD_BYTES) : null;
    return [{ ...wholeFile(file), rowCount }];
  }

  async *read(
    file: SampleFile,
    _index: number | null,
    options: ReadOptions,
  ): AsyncGenerator<SampleBatch> {
    const batch = new SampleColumns(options.dictionary, BATCH_ROWS);
    /** Records taken before `bytes`. */
    let before = 0;
    let rest: Uint8Array = new Uint8Array(0);
    const reject = (offset: number, reason: string): void => {
      options.reject(quarantined(file.path, before + offset / RECORD_BYTES + 1, reason));
    };
    try {
      for await (const chunk of readBytes(file, this.#storage)) {
        const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
        for (let at = 0; at + RECORD_BYTES <= bytes.length;) {
          at = decodeRecords(bytes, at, bytes.length, batch, reject);
          if (!batch.full) continue;
          yield batch;
          batch.length = 0;
        }
        const taken = Math.floor(bytes.length / RECORD_BYTES);
        before += taken;
        rest = bytes.subarray(taken * RECORD_BYTES);
      }
      if (batch.length > 0) yield batch;
      batch.length = 0;
      if (rest.length > 0) throw new Damage(`found ${rest.length} bytes, expected ${RECORD_BYTES}`);
      if (before === 0) throw new Damage('the file is empty, expected records of 32 bytes');
    } catch (error) {
      const reason = damageOf(error, file.path);
      if (batch.length > 0) yield batch;
      options.reject(lostFrom(file.path, before === 0 ? null : before + 1, 'record', reason));
    }
  }
}
