/** Rows of a fake table as Arrow messages: the schema apart, record batches bare, as the service sends them. */
import { zstdCompressSync } from 'node:zlib';
import {
  Binary,
  Bool,
  CompressionType,
  Decimal,
  Field as ArrowField,
  Float64,
  Int64,
  Message,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimeUnit,
  Timestamp,
  Utf8,
  compressionRegistry,
  makeData,
  type Data,
  type DataType,
} from 'apache-arrow';
import type { Cell, Field, FieldType, Row } from './tables.ts';

const types: Readonly<Record<FieldType, () => DataType>> = {
  STRING: () => new Utf8(),
  BYTES: () => new Binary(),
  INTEGER: () => new Int64(),
  FLOAT: () => new Float64(),
  NUMERIC: () => new Decimal(9, 38, 128),
  BIGNUMERIC: () => new Decimal(38, 76, 256),
  TIMESTAMP: () => new Timestamp(TimeUnit.MICROSECOND, 'UTC'),
  DATETIME: () => new Timestamp(TimeUnit.MICROSECOND),
  BOOLEAN: () => new Bool(),
};

export type Compression = 'none' | 'lz4' | 'zstd';

const compressions: Readonly<Record<Compression, CompressionType | null>> = {
  none: null,
  lz4: CompressionType.LZ4_FRAME,
  zstd: CompressionType.ZSTD,
};

export class ArrowMessages {
  readonly schema: Uint8Array;
  readonly #schema: Schema;
  readonly #fields: readonly Field[];
  readonly #compression: Compression;

  constructor(fields: readonly Field[], compression: Compression) {
    registerEncoders();
    this.#fields = fields;
    this.#compression = compression;
    this.#schema = new Schema(
      fields.map(
        ({ name, type, mode }) => new ArrowField(name, types[type](), mode !== 'REQUIRED'),
      ),
    );
    this.schema = this.#messages(null)[0]!;
  }

  batch(rows: readonly Row[]): Uint8Array {
    const children = this.#fields.map(({ name, type }) =>
      columnOf(
        type,
        rows.map((row) => row[name] ?? null),
      ),
    );
    const type = new Struct(this.#schema.fields);
    const data = makeData({ type, length: rows.length, nullCount: 0, children });
    return this.#messages(new RecordBatch(this.#schema, data))[1]!;
  }

  #messages(batch: RecordBatch | null): Uint8Array[] {
    const writer = new RecordBatchStreamWriter({
      compressionType: compressions[this.#compression],
    });
    writer.reset(undefined, this.#schema);
    if (batch !== null) writer.write(batch);
    writer.finish();
    return split(writer.toUint8Array(true));
  }
}

function split(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: Uint8Array[] = [];
  for (let at = 0; at + 8 <= bytes.length;) {
    const size = view.getInt32(at + 4, true);
    if (size === 0) break;
    const head = at + 8 + size;
    const end = head + Message.decode(bytes.subarray(at + 8, head)).bodyLength;
    messages.push(bytes.slice(at, end));
    at = end;
  }
  return messages;
}

function columnOf(type: FieldType, cells: readonly Cell[]): Data {
  const length = cells.length;
  const nullBitmap = new Uint8Array(Math.ceil(length / 64) * 8);
  let nullCount = 0;
  for (const [i, cell] of cells.entries()) {
    if (cell === null) nullCount++;
    else nullBitmap[i >> 3]! |= 1 << (i & 7);
  }
  const nulls = { length, nullCount, nullBitmap };
  switch (type) {
    case 'STRING':
    case 'BYTES': {
      const parts = cells.map((cell) => (cell === null ? Buffer.alloc(0) : bytesOf(cell)));
      const valueOffsets = new Int32Array(length + 1);
      for (const [i, part] of parts.entries()) valueOffsets[i + 1] = valueOffsets[i]! + part.length;
      const data = Buffer.concat(parts);
      return type === 'STRING'
        ? makeData({ type: new Utf8(), ...nulls, valueOffsets, data })
        : makeData({ type: new Binary(), ...nulls, valueOffsets, data });
    }
    case 'FLOAT':
      return makeData({
        type: new Float64(),
        ...nulls,
        data: Float64Array.from(cells, (cell) => Number(cell ?? 0)),
      });
    case 'NUMERIC':
    case 'BIGNUMERIC': {
      const decimal = types[type]() as Decimal;
      return makeData({ type: decimal, ...nulls, data: wordsOf(cells, decimal.bitWidth) });
    }
    case 'BOOLEAN': {
      const data = new Uint8Array(Math.ceil(length / 64) * 8);
      for (const [i, cell] of cells.entries()) if (cell === true) data[i >> 3]! |= 1 << (i & 7);
      return makeData({ type: new Bool(), ...nulls, data });
    }
    case 'INTEGER':
    case 'TIMESTAMP':
    case 'DATETIME': {
      const data = BigInt64Array.from(cells, (cell) => BigInt((cell ?? 0) as bigint | number));
      return makeData({ type: types[type]() as Int64, ...nulls, data });
    }
  }
}

function bytesOf(cell: Cell): Buffer {
  return cell instanceof Uint8Array ? Buffer.from(cell) : Buffer.from(String(cell));
}

function wordsOf(cells: readonly Cell[], bitWidth: number): Uint32Array {
  const count = bitWidth / 32;
  const words = new Uint32Array(cells.length * count);
  for (const [i, cell] of cells.entries()) {
    let rest = BigInt.asUintN(bitWidth, BigInt((cell ?? 0) as bigint | number));
    for (let word = 0; word < count; word++, rest >>= 32n) {
      words[i * count + word] = Number(rest & 0xffff_ffffn);
    }
  }
  return words;
}

function registerEncoders(): void {
  compressionRegistry.set(CompressionType.ZSTD, {
    ...compressionRegistry.get(CompressionType.ZSTD),
    encode: (bytes) => zstdCompressSync(bytes),
  });
  compressionRegistry.set(CompressionType.LZ4_FRAME, {
    ...compressionRegistry.get(CompressionType.LZ4_FRAME),
    encode: storedLz4,
  });
}

/** A frame whose blocks are stored as they are. */
function storedLz4(bytes: Uint8Array): Uint8Array {
  const parts: Buffer[] = [Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])];
  for (let at = 0; at < bytes.length; at += 1 << 16) {
    const block = Buffer.from(bytes.subarray(at, at + (1 << 16)));
    const size = Buffer.alloc(4);
    size.writeUInt32LE((block.length | 0x8000_0000) >>> 0);
    parts.push(size, block);
  }
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}
