/** Samples from one input that comes in pieces of any size: rows, or the stream form. */
import { RECORD_BYTES, StreamDecoder } from '@windrow/codecs';
import { sniffForm } from '../../messages/message-form.ts';
import type { RowBuffer } from '../../messages/row-buffer.ts';
import { quarantined } from '../../quarantined.ts';
import { openRowReader, type RowReaderOptions } from './open-row-reader.ts';
import type { GrowingForm, RowReader } from './row-reader.ts';

export type InputForm = GrowingForm | 'stream';

/** Each step appends what a piece (or a part of it) holds to the rows, which may be taken away between two steps. */
export interface InputDecoder {
  push(piece: Buffer, rows: RowBuffer): Generator<void>;
  end(rows: RowBuffer): Generator<void>;
  /** Why nothing of the input can be read; null where it can. */
  readonly fault: string | null;
}

export interface InputDecoderOptions extends Omit<RowReaderOptions, 'form'> {
  readonly form: InputForm;
}

export function inputDecoder(options: InputDecoderOptions): InputDecoder {
  const { form } = options;
  return form === 'stream'
    ? new StreamInput(options)
    : new RowInput(openRowReader({ ...options, form }));
}

/** How many bytes are enough to tell the form. */
export const SNIFF_BYTES = 256;

/** The form of an input by its first bytes. */
export function formOfInput(beginning: Buffer): InputForm {
  if (sniffForm(beginning) === 'stream') return 'stream';
  if (!isText(beginning.subarray(0, RECORD_BYTES))) return 'records';
  const [firstLine = ''] = beginning.toString('utf8').split('\n');
  return firstLine.includes('metric_id') && !firstLine.includes('{') ? 'csv' : 'ndjson';
}

/** The time in a record begins with a byte of all zeros, or of all ones before 1970: neither is in UTF-8 text. */
function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0xff && (byte >= 0x20 || isWhite(byte)));
}

function isWhite(byte: number): boolean {
  return byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

class RowInput implements InputDecoder {
  readonly #reader: RowReader;
  #held: Buffer = Buffer.alloc(0);

  constructor(reader: RowReader) {
    this.#reader = reader;
  }

  get fault(): string | null {
    return this.#reader.fault;
  }

  *push(piece: Buffer, rows: RowBuffer): Generator<void> {
    const bytes = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    this.#held = bytes.subarray(this.#reader.take(bytes, rows));
    yield;
  }

  *end(rows: RowBuffer): Generator<void> {
    this.#reader.finish(this.#held, rows);
    this.#held = Buffer.alloc(0);
    yield;
  }
}

class StreamInput implements InputDecoder {
  readonly fault: null = null;
  readonly #decoder: StreamDecoder;

  constructor({ dictionary, source, reject }: InputDecoderOptions) {
    this.#decoder = new StreamDecoder(dictionary, ({ offset, sizeBytes, reason }) => {
      const what = `${sizeBytes} bytes from byte ${offset} on: found ${reason}`;
      reject(quarantined(source, null, what));
    });
  }

  *push(piece: Buffer, rows: RowBuffer): Generator<void> {
    for (const block of this.#decoder.push(piece)) {
      rows.append(block);
      yield;
    }
  }

  *end(rows: RowBuffer): Generator<void> {
    for (const block of this.#decoder.end()) {
      rows.append(block);
      yield;
    }
  }
}
