/** A sink that writes one file, in any form that has an encoder. */
import type { Sink } from '@windrow/core';
import type { Encoder } from './encode/encoder.ts';
import type { Compression } from './file-names.ts';
import { Compressor } from './internal/compressor.ts';

/** A file that appears under its name whole, at `commit`, or not at all. */
export interface WholeFile {
  /** Appends bytes, which are the caller's again afterwards. @throws WindrowError OUTPUT */
  write(bytes: Uint8Array): Promise<void>;
  /** Makes it durable and visible under its name. @throws WindrowError OUTPUT */
  commit(): Promise<void>;
  /** Leaves nothing behind; does nothing after `commit`. */
  abort(): Promise<void>;
}

/** What every file sink can be told. */
export interface FileSinkOptions {
  /** Makes the name of the temporary file one of its own; default: a random UUID. */
  readonly temporaryId?: string;
}

export class FileSink<Batch> implements Sink<Batch> {
  readonly uri: string;
  readonly #file: WholeFile;
  readonly #encoder: Encoder<Batch>;
  readonly #compressor: Compressor | null;

  constructor(
    uri: string,
    file: WholeFile,
    encoder: Encoder<Batch>,
    compression: Compression | null,
  ) {
    this.uri = uri;
    this.#file = file;
    this.#encoder = encoder;
    this.#compressor = compression === null ? null : new Compressor(compression);
  }

  async write(batch: Batch): Promise<void> {
    await this.#append(this.#encoder.encode(batch));
  }

  async commit(): Promise<void> {
    await this.#append(this.#encoder.end());
    if (this.#compressor !== null) {
      for (const bytes of await this.#compressor.end()) await this.#file.write(bytes);
    }
    await this.#file.commit();
  }

  async abort(): Promise<void> {
    this.#compressor?.close();
    await this.#file.abort();
  }

  async #append(chunks: Iterable<Uint8Array>): Promise<void> {
    for (const chunk of chunks) {
      const ready = this.#compressor === null ? [chunk] : await this.#compressor.write(chunk);
      for (const bytes of ready) await this.#file.write(bytes);
    }
  }
}
