/** The bytes of a file in chunks, decompressed where its name says that it is compressed. */
import { createReadStream } from 'node:fs';
import type { Compression } from '../file-names.ts';
import { decompressed } from './decompressed.ts';

/** Largest chunk handed on. */
export const CHUNK_BYTES: number = 64 << 10;

/**
 * Yields chunks of at most CHUNK_BYTES. What was read before damaged or missing compressed data is handed on first, then
 * the error is thrown. Ending the iteration early closes the file.
 */
export async function* readBytes(file: {
  readonly path: string;
  readonly compression: Compression | null;
}): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(file.path, { highWaterMark: CHUNK_BYTES });
  const plain: AsyncIterable<Uint8Array> = stream;
  try {
    yield* file.compression === null ? plain : decompressed(plain, file.compression, CHUNK_BYTES);
  } finally {
    stream.destroy();
  }
}
