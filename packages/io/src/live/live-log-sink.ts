/** A live sink that writes lines of JSON to a stream: a pipe, a container's log. */
import type { Writable } from 'node:stream';
import { WindrowError, messageOf, type LiveSink, type LiveStatus } from '@windrow/core';
import type { Encoder } from '../files/encode/encoder.ts';

/** What was handed to the stream counts as published. The stream stays open, it is its owner's. */
export class LiveLogSink<Batch> implements LiveSink<Batch> {
  readonly uri: string;
  readonly #stream: Writable;
  readonly #encoder: Encoder<Batch>;
  #bytes = 0;
  #error: string | null = null;

  constructor(uri: string, stream: Writable, encoder: Encoder<Batch>) {
    this.uri = uri;
    this.#stream = stream;
    this.#encoder = encoder;
  }

  /** @throws WindrowError OUTPUT where the stream fails or is closed */
  async publish(batch: Batch): Promise<void> {
    try {
      for (const chunk of this.#encoder.encode(batch)) {
        await this.#append(chunk);
        this.#bytes += chunk.length;
      }
    } catch (error) {
      this.#error = messageOf(error);
      throw new WindrowError('OUTPUT', `${this.uri}: cannot be written: ${this.#error}`, {
        cause: error,
      });
    }
  }

  status(): LiveStatus {
    return {
      uri: this.uri,
      state: this.#error === null ? 'ready' : 'failed',
      error: this.#error,
      counters: { bytes: this.#bytes },
    };
  }

  async close(): Promise<void> {
    // Every line is complete by itself.
  }

  #append(chunk: Uint8Array): Promise<void> {
    if (this.#stream.destroyed || this.#stream.writableEnded)
      return Promise.reject(new Error('the stream is closed'));
    return new Promise((resolve, reject) => {
      this.#stream.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }
}
