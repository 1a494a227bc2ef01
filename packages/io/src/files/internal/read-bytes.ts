/** The bytes of a file in chunks, decompressed where its name says that it is compressed. */
import { createReadStream } from 'node:fs';
import { messageOf } from '@windrow/core';
import type { Compression } from '../file-names.ts';
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
export async function* readBytes(file: CompressedFile): AsyncGenerator<Uint8Array> {
  if (file.compression !== null) await verify(file);
  yield* openBytes(file);
}

async function verify(file: CompressedFile): Promise<void> {
  try {
    for await (const _ of openBytes(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR') return;
    if (error instanceof Error && 'syscall' in error) throw error;
    throw new Damage(
      `the ${file.compression} data is damaged (${messageOf(error)}), so that no row of it can be trusted`,
    );
  }
}

async function* openBytes(file: CompressedFile): AsyncGenerator<Uint8Array> {
  const stream = createReadStream(file.path, { highWaterMark: CHUNK_BYTES });
  const plain: AsyncIterable<Uint8Array> = stream;
  try {
    yield* file.compression === null ? plain : decompressed(plain, file.compression, CHUNK_BYTES);
  } finally {
    stream.destroy();
  }
}
