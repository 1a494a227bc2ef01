/**
 * Messages as samples: decompressed, then read in the form that their attributes name or their bytes show.
 *
 * Nothing is thrown for what a message contains. A row that is no sample is one dead letter and the others count; a message
 * of which nothing can be read is one dead letter.
 */
import { RECORD_BYTES, StreamDecoder, decodeRecords } from '@windrow/codecs';
import type { DeadLetter, MetricDictionary, SampleBatch } from '@windrow/core';
import { quarantined } from '../quarantined.ts';
import { JsonSamples } from './json-samples.ts';
import { contentOf } from './message-content.ts';
import { formOf } from './message-form.ts';
import type { Message, MessageForm } from './message.ts';
import type { RowBuffer } from './row-buffer.ts';
import { SAMPLE_FIELDS, type SampleFields } from './sample-fields.ts';

/** Most samples taken from one message: blocks of the stream form can hold thousands in a few bytes. */
export const MESSAGE_ROWS_MAX: number = 1 << 20;
/** Most dead letters made of one message, before its rest is given up. */
export const MESSAGE_REJECTS_MAX = 10_000;

const RAW_BYTES = 64;

export interface MessageDecoderOptions {
  readonly dictionary: MetricDictionary;
  /** Named in dead letters: the URI of the source. */
  readonly source: string;
  readonly reject: (letter: DeadLetter) => void;
  /** What all messages are, whatever their attributes say; default: by attributes, else by content. */
  readonly form?: MessageForm | null;
  readonly fields?: SampleFields;
}

export class MessageDecoder {
  readonly #options: MessageDecoderOptions;
  readonly #json: JsonSamples;
  #stream: StreamDecoder;
  /** Of the message in hand. */
  #name: string | null = null;
  #rejected = 0;

  constructor(options: MessageDecoderOptions) {
    this.#options = options;
    this.#json = new JsonSamples(options.fields ?? SAMPLE_FIELDS, options.dictionary);
    this.#stream = this.#newStream();
  }

  /**
   * Appends the samples of a message to `rows`.
   * @param name which message it is, for dead letters; null where messages have no names
   */
  decode(message: Message, name: string | null, rows: RowBuffer): void {
    this.#name = name;
    this.#rejected = 0;
    const { bytes, fault } = contentOf(message);
    if (bytes === null) {
      this.#reject(null, fault, hexOf(message.bytes));
      return;
    }
    const fixed = this.#options.form ?? null;
    const { form, fault: noForm } =
      fixed === null ? formOf(message.attributes, bytes) : { form: fixed, fault: null };
    switch (form) {
      case 'json':
        this.#json.readDocument(bytes, rows, (row, reason, raw) => this.#reject(row, reason, raw));
        break;
      case 'records':
        this.#readRecords(bytes, rows);
        break;
      case 'stream':
        this.#readStream(bytes, rows);
        break;
      case null:
        this.#reject(null, noForm, hexOf(bytes));
        break;
    }
  }

  #readRecords(bytes: Uint8Array, rows: RowBuffer): void {
    const count = Math.floor(bytes.length / RECORD_BYTES);
    const end = count * RECORD_BYTES;
    const columns = rows.reserve(count);
    decodeRecords(bytes, 0, end, columns, (offset, reason) => {
      this.#reject(
        offset / RECORD_BYTES + 1,
        reason,
        hexOf(bytes.subarray(offset, offset + RECORD_BYTES)),
      );
    });
    if (end === bytes.length && count > 0) return;
    const reason = `found ${bytes.length - end} bytes, expected ${RECORD_BYTES}`;
    this.#reject(count === 0 ? null : count + 1, reason, hexOf(bytes.subarray(end)));
  }

  #readStream(bytes: Uint8Array, rows: RowBuffer): void {
    const before = rows.columns.length;
    const rejected = this.#rejected;
    const isWhole =
      this.#takeBlocks(this.#stream.push(bytes), rows, before) &&
      this.#takeBlocks(this.#stream.end(), rows, before);
    if (!isWhole) {
      this.#stream = this.#newStream();
      const reason = `found more than ${MESSAGE_ROWS_MAX} samples in a message, expected at most as many: the rest is not read`;
      this.#reject(null, reason, null);
    } else if (rows.columns.length === before && this.#rejected === rejected) {
      this.#reject(null, 'found a stream without samples, expected at least one', hexOf(bytes));
    }
  }

  #takeBlocks(blocks: Iterable<SampleBatch>, rows: RowBuffer, before: number): boolean {
    for (const block of blocks) {
      if (rows.columns.length - before + block.length > MESSAGE_ROWS_MAX) return false;
      rows.append(block);
    }
    return true;
  }

  #newStream(): StreamDecoder {
    return new StreamDecoder(this.#options.dictionary, ({ offset, sizeBytes, reason }) => {
      this.#reject(null, `${sizeBytes} bytes from byte ${offset} on: found ${reason}`, null);
    });
  }

  /** False when it was the last one that is told of this message. */
  #reject(row: number | null, reason: string, raw: string | null): boolean {
    if (this.#rejected >= MESSAGE_REJECTS_MAX) return false;
    this.#rejected++;
    const isLast = this.#rejected === MESSAGE_REJECTS_MAX;
    const named = this.#name === null ? reason : `${this.#name}: ${reason}`;
    const whole = isLast ? `${named}; and so on, the rest of the message is given up` : named;
    this.#options.reject(quarantined(this.#options.source, row, whole, raw));
    return !isLast;
  }
}

/** The first bytes of what is no text. */
function hexOf(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes.subarray(0, RAW_BYTES)).toString('hex')}`;
}
