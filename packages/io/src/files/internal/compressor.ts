/** Bytes compressed on their way to a file, with gzip or zstd. The same bytes give the same file. */
import { constants, createGzip, createZstdCompress } from 'node:zlib';
import type { Compression } from '../file-names.ts';

export class Compressor {
  readonly #stream: ReturnType<typeof createGzip> | ReturnType<typeof createZstdCompress>;
  #ready: Uint8Array[] = [];

  constructor(compression: Compression) {
    this.#stream =
      compression === 'gzip'
        ? createGzip()
        : createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    this.#stream.on('data', (chunk: Uint8Array) => this.#ready.push(chunk));
  }

  /** Takes bytes in, and gives what is compressed so far. */
  async write(bytes: Uint8Array): Promise<Uint8Array[]> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    return this.#take();
  }

  /** The rest, and the checksum. */
  async end(): Promise<Uint8Array[]> {
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('end', resolve).once('error', reject).end();
    });
    return this.#take();
  }

  close(): void {
    this.#stream.destroy();
  }

  #take(): Uint8Array[] {
    const taken = this.#ready;
    this.#ready = [];
    return taken;
  }
}
