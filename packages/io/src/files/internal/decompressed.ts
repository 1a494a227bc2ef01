/**
 * A compressed stream as plain bytes: gzip (with its further members) or zstd (with its further frames).
 *
 * Node's own streams drop what they had ready when they fail, and its zstd stream takes the end of the first frame for
 * the end of the input. Here everything before a failure is handed on, so that a cut file gives the same rows each time,
 * and a frame that follows is read.
 */
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Compression } from '../file-names.ts';

type Stream = ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>;

/** Chunks of compressed bytes of which a frame may leave some for the next one. */
class Chunks {
  readonly #source: AsyncIterator<Uint8Array>;
  #left: Uint8Array | null = null;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next chunk that is not empty, or null at the end. */
  async next(): Promise<Uint8Array | null> {
    const left = this.#left;
    this.#left = null;
    if (left !== null) return left;
    for (;;) {
      const { value, done } = await this.#source.next();
      if (done === true) return null;
      if (value.length > 0) return value;
    }
  }

  giveBack(rest: Uint8Array): void {
    if (rest.length > 0) this.#left = rest;
  }
}

/**
 * Yields plain bytes in chunks of at most `chunkBytes`; then throws where the input is damaged or ends early. An input
 * without any byte is an empty one.
 */
export async function* decompressed(
  input: AsyncIterable<Uint8Array>,
  compression: Compression,
  chunkBytes: number,
): AsyncGenerator<Uint8Array> {
  const chunks = new Chunks(input);
  for (let first = await chunks.next(); first !== null; first = await chunks.next()) {
    chunks.giveBack(first);
    const options = { chunkSize: chunkBytes };
    const stream = compression === 'gzip' ? createGunzip(options) : createZstdDecompress(options);
    try {
      yield* oneFrame(stream, chunks);
    } finally {
      stream.destroy();
    }
  }
}

/** Nobody waits yet. */
function asleep(): void {
  // Nothing to wake.
}

async function* oneFrame(stream: Stream, chunks: Chunks): AsyncGenerator<Uint8Array> {
  let failure: Error | null = null;
  let isEnded = false;
  let isReady = true;
  let wake = asleep;
  stream.on('readable', () => wake());
  stream.on('end', () => {
    isEnded = true;
    wake();
  });
  stream.on('error', (error: Error) => {
    failure = error;
    wake();
  });
  // A frame that ended takes no more: then less was taken than given, and 'end' is on its way.
  let given = 0;
  let last: Uint8Array = new Uint8Array(0);
  const give = (chunk: Uint8Array): void => {
    last = chunk;
    given += chunk.length;
    isReady = false;
    stream.write(chunk, () => {
      isReady = true;
      wake();
    });
  };
  for (;;) {
    const plain: Uint8Array | null = stream.read() as Uint8Array | null;
    if (plain !== null) {
      yield plain;
    } else if (failure !== null) {
      throw failure;
    } else if (isEnded) {
      break;
    } else if (isReady && stream.bytesWritten === given) {
      const chunk = await chunks.next();
      if (chunk !== null) {
        give(chunk);
      } else {
        isReady = false;
        stream.end();
      }
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  chunks.giveBack(last.subarray(last.length - (given - stream.bytesWritten)));
}
