/** Rows that are records of 32 bytes. */
import { RECORD_BYTES, decodeRecords } from '@windrow/codecs';
import type { RowBuffer } from '../../messages/row-buffer.ts';
import type { RowReader } from './row-reader.ts';

export class RecordRows implements RowReader {
  readonly fault: null = null;
  readonly #refuse: (row: number, reason: string, raw: string | null) => void;
  #row = 1;

  constructor(refuse: (row: number, reason: string, raw: string | null) => void) {
    this.#refuse = refuse;
  }

  get row(): number {
    return this.#row;
  }

  resume(_beginning: Buffer, row: number): void {
    this.#row = row;
  }

  take(piece: Buffer, rows: RowBuffer): number {
    const count = Math.floor(piece.length / RECORD_BYTES);
    const first = this.#row;
    decodeRecords(piece, 0, count * RECORD_BYTES, rows.reserve(count), (offset, reason) => {
      this.#refuse(first + offset / RECORD_BYTES, reason, null);
    });
    this.#row += count;
    return count * RECORD_BYTES;
  }

  finish(rest: Buffer, _rows: RowBuffer): void {
    if (rest.length === 0) return;
    this.#refuse(this.#row, `found ${rest.length} bytes, expected ${RECORD_BYTES}`, null);
  }
}
