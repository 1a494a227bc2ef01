/** Files of samples to be written: those of packages/io, streams, and chunks. */
import { WindrowError, type SampleBatch, type Sink } from '@windrow/core';
import {
  CHUNK_POINTS_MAX,
  StreamEncoder,
  chunkBytesMax,
  encodeChunk,
  type StreamEncoderOptions,
} from '@windrow/codecs';
import { AtomicFile, openSampleSink } from '@windrow/io';

export interface OutputOptions extends StreamEncoderOptions {
  /** Statistics in a chunk. */
  readonly stats: boolean;
}

/**
 * Opens a file of the form that its extension names.
 * @throws WindrowError OUTPUT where it names none, or cannot be written
 */
export async function openOutput(path: string, options: OutputOptions): Promise<Sink<SampleBatch>> {
  if (/\.stream$/i.test(path)) {
    return new StreamFile(await AtomicFile.create(path), new StreamEncoder(options));
  }
  if (/\.chunk$/i.test(path)) return new ChunkFile(await AtomicFile.create(path), options.stats);
  return openSampleSink(path);
}

class StreamFile implements Sink<SampleBatch> {
  readonly uri: string;
  readonly #file: AtomicFile;
  readonly #encoder: StreamEncoder;

  constructor(file: AtomicFile, encoder: StreamEncoder) {
    this.uri = file.path;
    this.#file = file;
    this.#encoder = encoder;
  }

  async write(batch: SampleBatch): Promise<void> {
    await this.#append((keep) => this.#encoder.write(batch, keep));
  }

  async commit(): Promise<void> {
    await this.#append((keep) => this.#encoder.flush(keep));
    await this.#file.commit();
  }

  abort(): Promise<void> {
    return this.#file.abort();
  }

  async #append(emitTo: (keep: (bytes: Uint8Array) => void) => void): Promise<void> {
    const blocks: Uint8Array[] = [];
    emitTo((bytes) => blocks.push(new Uint8Array(bytes)));
    for (const block of blocks) await this.#file.write(block);
  }
}

/** A chunk has the points of one metric, and is written as a whole. */
class ChunkFile implements Sink<SampleBatch> {
  readonly uri: string;
  readonly #file: AtomicFile;
  readonly #stats: boolean;
  readonly #timestampsMs: Float64Array = new Float64Array(CHUNK_POINTS_MAX);
  readonly #values: Float64Array = new Float64Array(CHUNK_POINTS_MAX);
  #length = 0;
  #metric: string | null = null;

  constructor(file: AtomicFile, stats: boolean) {
    this.uri = file.path;
    this.#file = file;
    this.#stats = stats;
  }

  async write({ length, dictionary, slots, timestampsMs, values }: SampleBatch): Promise<void> {
    for (let row = 0; row < length; row++) {
      const metric = dictionary.text(slots[row]!);
      this.#metric ??= metric;
      if (metric !== this.#metric) {
        throw new WindrowError(
          'USAGE',
          `${this.uri}: found the metrics ${this.#metric} and ${metric}, expected one: choose it with --metric, or write a .stream`,
        );
      }
    }
    if (this.#length + length > CHUNK_POINTS_MAX) {
      throw new WindrowError(
        'USAGE',
        `${this.uri}: found more than ${CHUNK_POINTS_MAX} points, expected fewer in a chunk: write a .stream`,
      );
    }
    this.#timestampsMs.set(timestampsMs.subarray(0, length), this.#length);
    // The bits of a value: a signalling NaN would not pass through a number.
    const bits = new BigUint64Array(values.buffer, values.byteOffset, length);
    new BigUint64Array(this.#values.buffer).set(bits, this.#length);
    this.#length += length;
  }

  async commit(): Promise<void> {
    const points = {
      length: this.#length,
      timestampsMs: this.#timestampsMs,
      values: this.#values,
    };
    const out = new Uint8Array(chunkBytesMax(this.#length));
    const end = encodeChunk(points, out, 0, { stats: this.#stats });
    await this.#file.write(out.subarray(0, end));
    await this.#file.commit();
  }

  abort(): Promise<void> {
    return this.#file.abort();
  }
}
