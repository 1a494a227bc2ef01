/** Tables as Arrow IPC, file or stream: record batches of 65,536 rows; text as Utf8, every column without nulls. */
import {
  Field,
  Float64,
  Int64,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  makeData,
  type Data,
  type RecordBatchWriter,
} from 'apache-arrow';
import type { Table, TableColumn } from '../../tables/table.ts';
import { ByteCollector } from './byte-collector.ts';
import { ColumnBuffer, type GatheredColumn } from './column-buffer.ts';
import type { Encoder } from './encoder.ts';

const BATCH_ROWS = 65_536;

export class ArrowEncoder<Batch> implements Encoder<Batch> {
  readonly #sink: ByteCollector = new ByteCollector();
  readonly #schema: Schema;
  readonly #buffer: ColumnBuffer<Batch>;
  readonly #writer: RecordBatchWriter;

  constructor(table: Table<Batch>, form: 'file' | 'stream') {
    this.#schema = new Schema(table.columns.map(fieldOf));
    this.#buffer = new ColumnBuffer(table, BATCH_ROWS);
    this.#writer = form === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
    this.#writer.reset(this.#sink, this.#schema);
  }

  *encode(batch: Batch): Generator<Uint8Array> {
    for (const block of this.#buffer.add(batch)) yield* this.#write(block);
  }

  *end(): Generator<Uint8Array> {
    for (const block of this.#buffer.rest()) yield* this.#write(block);
    this.#writer.close();
    yield* this.#sink.take();
  }

  #write(block: readonly GatheredColumn[]): Uint8Array[] {
    const children = block.map(dataOf);
    const length = block[0]?.values.length ?? 0;
    const type = new Struct(this.#schema.fields);
    const data = makeData({ type, length, nullCount: 0, children });
    this.#writer.write(new RecordBatch(this.#schema, data));
    return this.#sink.take();
  }
}

function fieldOf<Batch>({ name, type }: TableColumn<Batch>): Field {
  if (type === 'text') return new Field(name, new Utf8(), false);
  return new Field(name, type === 'int64' ? new Int64() : new Float64(), false);
}

function dataOf(column: GatheredColumn): Data {
  const nullCount = 0;
  const length = column.values.length;
  if (column.type === 'text') return textData(column.values);
  return column.type === 'int64'
    ? makeData({ type: new Int64(), length, nullCount, data: column.values })
    : makeData({ type: new Float64(), length, nullCount, data: column.values });
}

function textData(values: readonly string[]): Data<Utf8> {
  const valueOffsets = new Int32Array(values.length + 1);
  const texts = values.map((value) => Buffer.from(value));
  for (const [i, text] of texts.entries()) valueOffsets[i + 1] = valueOffsets[i]! + text.length;
  const data = Buffer.concat(texts);
  return makeData({ type: new Utf8(), length: values.length, nullCount: 0, valueOffsets, data });
}
