/** Reads on in a file that grows, from where it was read to. */
import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { RowBuffer } from '../../messages/row-buffer.ts';
import { PIECE_BYTES, type RowReader } from '../rows/row-reader.ts';
import type { GrowingFile } from './follow-position.ts';

/** By so many bytes at its beginning a file is known again. */
const HEAD_BYTES = 512;

/** What became of a file that is not what it was. */
export type Renewal = 'truncated' | 'replaced';

export class GrowingReader {
  readonly file: GrowingFile;
  readonly #newReader: () => RowReader;
  #reader: RowReader | null = null;
  /** Size when it was last looked at; null: not yet. */
  #seenBytes: number | null = null;

  /** @param file is kept up to date */
  constructor(file: GrowingFile, newReader: () => RowReader) {
    this.file = file;
    this.#newReader = newReader;
  }

  /** Why no row of the file can be read; null where they can. */
  get fault(): string | null {
    return this.#reader?.fault ?? null;
  }

  /**
   * Appends what the file has beyond what was read, up to `sizeBytes`, piece by piece; each step ends after a whole row.
   * @param path what the file is called now
   * @param renewed told when the file is read from its beginning again
   */
  async *read(
    path: string,
    sizeBytes: number,
    rows: RowBuffer,
    renewed: (renewal: Renewal) => void,
  ): AsyncGenerator<void> {
    if (sizeBytes === this.#seenBytes) return;
    const handle = await open(path, 'r');
    try {
      await this.#look(handle, sizeBytes, renewed);
      this.#seenBytes = sizeBytes;
      const reader = (this.#reader ??= await this.#resumed(handle));
      while (this.file.offset < sizeBytes && reader.fault === null) {
        const length = Math.min(PIECE_BYTES, sizeBytes - this.file.offset);
        const piece = await readAt(handle, this.file.offset, length);
        const taken = reader.take(piece, rows);
        if (taken === 0) return;
        this.file.offset += taken;
        this.file.row = reader.row;
        if (this.file.head.length < HEAD_BYTES) await this.#remember(handle);
        yield;
      }
    } finally {
      await handle.close();
    }
  }

  /** Nothing will be written to the file any more: what is left is its last row. */
  async finish(path: string, rows: RowBuffer): Promise<void> {
    const handle = await open(path, 'r');
    try {
      const { size } = await handle.stat();
      const reader = (this.#reader ??= await this.#resumed(handle));
      const rest = await readAt(
        handle,
        this.file.offset,
        Math.min(PIECE_BYTES, size - this.file.offset),
      );
      reader.finish(rest, rows);
      this.file.offset += rest.length;
      this.file.row = reader.row;
    } finally {
      await handle.close();
    }
  }

  /** Whether the file is still the one that was read; else it begins anew. */
  async #look(
    handle: FileHandle,
    sizeBytes: number,
    renewed: (renewal: Renewal) => void,
  ): Promise<void> {
    const { file } = this;
    const isShorter = sizeBytes < file.offset;
    if (!isShorter) {
      const head = await readAt(handle, 0, file.head.length);
      if (crc32(head) === file.head.crc) return;
    }
    renewed(isShorter ? 'truncated' : 'replaced');
    file.offset = 0;
    file.row = 1;
    file.head = { length: 0, crc: 0 };
    this.#reader = null;
  }

  async #resumed(handle: FileHandle): Promise<RowReader> {
    const reader = this.#newReader();
    const { offset, row } = this.file;
    if (offset > 0) reader.resume(await readAt(handle, 0, Math.min(PIECE_BYTES, offset)), row);
    return reader;
  }

  async #remember(handle: FileHandle): Promise<void> {
    const head = await readAt(handle, 0, Math.min(HEAD_BYTES, this.file.offset));
    this.file.head = { length: head.length, crc: crc32(head) };
  }
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, length));
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, bytes.length - at, offset + at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}
