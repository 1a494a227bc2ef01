/** The bytes of a file in chunks, decompressed where its name says that it is compressed. */
import { WindrowError, messageOf } from '@windrow/core';
import type { Compression } from '../file-names.ts';
import type { FileStorage } from '../file-storage.ts';
import { Damage } from './damage.ts';
import { decompressed } from './decompressed.ts';

/** Largest chunk handed on. */
export const CHUNK_BYTES: number = 64 << 10;

interface CompressedFile {
  readonly path: string;
  readonly compression: Compression | null;
}

/**
 * Yields chunks of at most CHUNK_BYTES. Ending the iteration early closes the file.
 *
 * gzip and zstd tell that their data is damaged only at its end, when wrong bytes would long have been handed on. So a
 * compressed file is decompressed once to the end before anything of it is. Of one that is cut off, everything before the
 * cut is handed on, then Z_BUF_ERROR is thrown; of one that is damaged in any other way nothing is, and Damage is thrown.
 */
export async function* readBytes(
  file: CompressedFile,
  storage: FileStorage,
): AsyncGenerator<Uint8Array> {
  if (file.compression !== null) await verify(file, storage);
  yield* openBytes(file, storage);
}

async function verify(file: CompressedFile, storage: FileStorage): Promise<void> {
  try {
    for await (const _ of openBytes(file, storage));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR') return;
    if (error instanceof WindrowError) throw error;
    if (error instanceof Error && 'syscall' in error) throw error;
    throw new Damage(
      `the ${file.compression} data is damaged (${messageOf(error)}), so that no row of it can be trusted`,
    );
  }
}

async function* openBytes(file: CompressedFile, storage: FileStorage): AsyncGenerator<Uint8Array> {
  const chunks = storage.chunks(file.path);
  yield* file.compression === null
    ? cut(chunks)
    : decompressed(chunks, file.compression, CHUNK_BYTES);
}

async function* cut(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    if (chunk.length <= CHUNK_BYTES) yield chunk;
    else {
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES) {
        yield chunk.subarray(at, at + CHUNK_BYTES);
      }
    }
  }
}
