/**
 * Samples in Arrow messages that come bare: a schema once, then record batches, each by itself, as services send them.
 *
 *     message := ffffffff int32 metadata body          (before Arrow 0.15: without ffffffff)
 *
 * Dictionary batches are not among them.
 */
import {
  Message,
  RecordBatch,
  RecordBatchReader,
  Struct,
  makeData,
  type Schema,
  type Vector,
} from 'apache-arrow';
import type { RecordBatch as BatchHeader } from 'apache-arrow/ipc/metadata/message';
import { VectorLoader } from 'apache-arrow/visitor/vectorloader';
import { WindrowError, messageOf, type SampleBatch } from '@windrow/core';
import { Damage } from '../internal/damage.ts';
import { bareMessage, type BareMessage } from './internal/bare-message.ts';
import { registerBufferCodecs } from './internal/buffer-codecs.ts';
import { RecordSamples, type RecordOptions } from './internal/record-samples.ts';

export type { SampleColumnNames } from './internal/record-columns.ts';

/** Names of the columns, where rows come from, and where they go that are no samples. */
export type ArrowSampleOptions = Omit<RecordOptions, 'decimals'>;

export class ArrowSampleDecoder {
  readonly #schemaMessage: Uint8Array;
  readonly #schema: Schema;
  readonly #source: string;
  readonly #samples: RecordSamples;
  /**
   * The message in hand, aligned as the library wants it (a message is a multiple of 8 bytes, and so is what is before its
   * body); else it would allocate a copy of each body.
   */
  #bytes: Uint8Array = new Uint8Array(0);

  /**
   * @param schemaMessage an IPC message with the schema; kept
   * @throws WindrowError FORMAT where it is none, or lacks a column or has it twice, or a column is of a type that is none of its own:
   *   text or 16 bytes; a timestamp of any unit, a date or int64 as ms; a float, an integer or a decimal of 128 bits
   */
  constructor(schemaMessage: Uint8Array, options: ArrowSampleOptions) {
    registerBufferCodecs();
    this.#source = options.source;
    this.#schemaMessage = schemaMessage;
    [this.#schema, this.#samples] = this.#guarded(() => {
      bareMessage(schemaMessage, 'schema');
      const { schema } = RecordBatchReader.from([schemaMessage]).open();
      const names = schema.fields.map(({ name }) => name);
      return [schema, new RecordSamples(schema, names, { ...options, decimals: true })];
    });
  }

  /**
   * The record batch in a message, valid until the next one is opened; its `numRows` is the number of rows sent.
   * @throws WindrowError FORMAT where it is none
   */
  open(batchMessage: Uint8Array): RecordBatch {
    return this.#guarded(() => {
      if (this.#bytes.length < batchMessage.length) {
        this.#bytes = new Uint8Array(batchMessage.length);
      }
      this.#bytes.set(batchMessage);
      const message = bareMessage(this.#bytes.subarray(0, batchMessage.length), 'batch');
      return this.#plain(message) ?? this.#unpacked(message);
    });
  }

  /** The batch as it lies in the message; null where it is compressed. A reader for each batch would be costly garbage. */
  #plain({ head, body, prefix }: BareMessage): RecordBatch | null {
    const message = Message.decode(head.subarray(prefix));
    const { nodes, buffers, variadicBufferCounts, length, compression } =
      message.header() as BatchHeader;
    if (compression !== null) return null;
    const none = new Map<number, Vector>();
    const { version } = message;
    const loader = new VectorLoader(body, nodes, buffers, none, version, variadicBufferCounts);
    const { fields } = this.#schema;
    const children = loader.visitMany(fields);
    const data = makeData({ type: new Struct(fields), length, nullCount: 0, children });
    return new RecordBatch(this.#schema, data);
  }

  #unpacked({ head, body }: BareMessage): RecordBatch {
    const { value } = RecordBatchReader.from([this.#schemaMessage, head, body]).next();
    if (value === undefined || value === null) throw new Damage('no record batch');
    return value;
  }

  /**
   * The samples of an opened batch, in their order; each is valid until the next is asked for, and never empty.
   * @param firstRow 1-based number of the batch's first row, for dead letters
   * @throws WindrowError FORMAT where the batch has not the memory that it should have
   */
  *samples(record: RecordBatch, firstRow: number): Generator<SampleBatch> {
    const reading = this.#samples.read(record, firstRow);
    for (;;) {
      const next = this.#guarded(() => reading.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  /** Libraries throw many kinds of errors for bytes that they cannot make sense of. */
  #guarded<Result>(run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      throw new WindrowError('FORMAT', `${this.#source}: Arrow: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}
