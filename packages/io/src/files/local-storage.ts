/** Files of this machine. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { WindrowError, messageOf } from '@windrow/core';
import type { FileStorage, RandomAccess } from './file-storage.ts';
import { CHUNK_BYTES } from './internal/read-bytes.ts';

export const localStorage: FileStorage = {
  async open(path: string): Promise<RandomAccess> {
    try {
      const handle = await open(path);
      const { size } = await handle.stat();
      return {
        sizeBytes: size,
        read: (buffer, offset, length, position) => handle.read(buffer, offset, length, position),
        close: () => handle.close(),
      };
    } catch (error) {
      throw new WindrowError('INPUT', `${path}: cannot be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
  },

  async *chunks(path: string): AsyncGenerator<Uint8Array> {
    const stream = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    const plain: AsyncIterable<Uint8Array> = stream;
    try {
      yield* plain;
    } finally {
      stream.destroy();
    }
  },
};
