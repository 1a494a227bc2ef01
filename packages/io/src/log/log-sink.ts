/** A sink that writes lines of JSON to a stream as they come: for logs and pipes. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { WindrowError, messageOf, type Sink } from '@windrow/core';
import type { Encoder } from '../files/encode/encoder.ts';

/**
 * Lines cannot be taken back: unlike a file's, they are visible at once, and `abort` leaves those that were written. The
 * stream stays open, it is its owner's.
 */
export class LogSink<Batch> implements Sink<Batch> {
  readonly uri: string;
  readonly #stream: Writable;
  readonly #encoder: Encoder<Batch>;

  constructor(uri: string, stream: Writable, encoder: Encoder<Batch>) {
    this.uri = uri;
    this.#stream = stream;
    this.#encoder = encoder;
  }

  /** @throws WindrowError OUTPUT where the stream fails or is closed */
  async write(batch: Batch): Promise<void> {
    try {
      for (const chunk of this.#encoder.encode(batch)) await this.#append(chunk);
    } catch (error) {
      throw new WindrowError('OUTPUT', `${this.uri}: cannot be written: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async commit(): Promise<void> {
    // Every line is complete by itself.
  }

  async abort(): Promise<void> {
    // Lines that were written stay.
  }

  async #append(chunk: Uint8Array): Promise<void> {
    if (this.#stream.destroyed || this.#stream.writableEnded)
      throw new Error('the stream is closed');
    if (!this.#stream.write(chunk)) await once(this.#stream, 'drain');
  }
}
