/**
 * Samples from standard input, until it ends: JSON (an object, or an array of them, a line), CSV, records or the stream form, by how the
 * first bytes look or as the URI says.
 *
 *     stdin:?form=ndjson|csv|records|stream&fields=metric_id=id,value=reading
 *
 * What was read cannot be read again: a position only says how many bytes were taken, and a start that goes on from a checkpoint takes
 * what comes then. The pipe is read no faster than deliveries are taken.
 */
import type { Readable } from 'node:stream';
import {
  WindrowError,
  messageOf,
  type Delivery,
  type LiveReadOptions,
  type LiveSource,
  type LiveStatus,
} from '@windrow/core';
import { RowBuffer } from '../messages/row-buffer.ts';
import { SAMPLE_FIELDS, parseSampleFields, type SampleFields } from '../messages/sample-fields.ts';
import { LiveUri } from './live-uri.ts';
import { SNIFF_BYTES, formOfInput, inputDecoder, type InputDecoder } from './rows/input-decoder.ts';

const FORMS = ['auto', 'ndjson', 'csv', 'records', 'stream'] as const;

export class StdinSource implements LiveSource {
  readonly uri: string;
  readonly #input: Readable;
  readonly #form: (typeof FORMS)[number];
  readonly #fields: SampleFields;
  readonly #counters = { bytes: 0, samples: 0, rejected: 0 };
  #state: LiveStatus['state'] = 'opening';
  #error: string | null = null;
  #sequence = 0;

  /** @throws WindrowError USAGE for what the URI may not say */
  constructor(text: string, input: Readable) {
    const uri = new LiveUri(text);
    this.uri = text;
    this.#input = input;
    this.#form = uri.choice('form', FORMS, 'auto');
    const fields = uri.text('fields');
    this.#fields = fields === null ? SAMPLE_FIELDS : parseSampleFields(fields, `${text}: fields`);
    uri.finish();
    if (uri.path !== '') {
      throw new WindrowError('USAGE', `${text}: found a path, expected stdin: alone`);
    }
  }

  async *deliveries(options: LiveReadOptions): AsyncGenerator<Delivery> {
    const { signal } = options;
    const stop = (): void => void this.#input.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (!signal.aborted) yield* this.#read(options);
      this.#state = 'ended';
    } catch (error) {
      // A stream that is destroyed ends its iteration with an error.
      if (signal.aborted) return;
      this.#state = 'failed';
      this.#error = messageOf(error);
      throw new WindrowError('INPUT', `${this.uri}: cannot be read: ${this.#error}`, {
        cause: error,
      });
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  acknowledge(_sequence: number): Promise<void> {
    return Promise.resolve();
  }

  status(): LiveStatus {
    const { uri } = this;
    return { uri, state: this.#state, error: this.#error, counters: { ...this.#counters } };
  }

  async close(): Promise<void> {
    this.#input.destroy();
  }

  async *#read(options: LiveReadOptions): AsyncGenerator<Delivery> {
    const rows = new RowBuffer(options.dictionary);
    const chunks: AsyncIterable<Buffer> = this.#input;
    let beginning: Buffer = Buffer.alloc(0);
    let decoder: InputDecoder | null = null;
    this.#state = 'ready';
    for await (const chunk of chunks) {
      this.#counters.bytes += chunk.length;
      beginning = decoder === null ? Buffer.concat([beginning, chunk]) : chunk;
      if (decoder === null && beginning.length < SNIFF_BYTES) continue;
      decoder ??= this.#decoder(beginning, options);
      yield* this.#deliver(decoder.push(beginning, rows), rows);
      if (decoder.fault !== null) throw new Error(decoder.fault);
    }
    if (decoder === null) {
      decoder = this.#decoder(beginning, options);
      yield* this.#deliver(decoder.push(beginning, rows), rows);
    }
    yield* this.#deliver(decoder.end(rows), rows);
    if (decoder.fault !== null) throw new Error(decoder.fault);
  }

  #decoder(beginning: Buffer, { dictionary, reject }: LiveReadOptions): InputDecoder {
    return inputDecoder({
      form: this.#form === 'auto' ? formOfInput(beginning) : this.#form,
      dictionary,
      source: this.uri,
      reject: (letter) => {
        this.#counters.rejected++;
        reject(letter);
      },
      fields: this.#fields,
    });
  }

  /** A delivery for each step that brought something. */
  *#deliver(steps: Generator<void>, rows: RowBuffer): Generator<Delivery> {
    let { rejected } = this.#counters;
    for (const _ of steps) {
      const batch = rows.columns;
      if (batch.length === 0 && this.#counters.rejected === rejected) continue;
      rejected = this.#counters.rejected;
      this.#counters.samples += batch.length;
      yield { batch, sequence: ++this.#sequence, position: `${this.#counters.bytes} bytes` };
      rows.clear();
    }
  }
}
