/** Parts as Arrow IPC files. */
import {
  Float32,
  Float64,
  Int64,
  RecordBatch,
  Struct,
  Utf8,
  makeData,
  type Data,
  type FixedSizeList,
  type Schema,
} from 'apache-arrow';
import { RecordBatchFile } from '@windrow/io';
import { arrowSchema } from './arrow-schema.ts';
import type { PartFile } from './part-file.ts';
import type { PartRows } from './part-rows.ts';
import { listLength, type PartSchema } from './part-schema.ts';

export async function createArrowPart(path: string, schema: PartSchema): Promise<PartFile> {
  const arrow = arrowSchema(schema, false);
  const file = await RecordBatchFile.create(path, arrow);
  return {
    write: (rows) => file.write(recordBatch(arrow, rows)),
    finish: () => file.commit(),
    abort: () => file.abort(),
  };
}

function recordBatch(schema: Schema, rows: PartRows): RecordBatch {
  const { length } = rows;
  const children = [
    ...rows.schema.scalars.map((_, s) => scalarData(rows, s)),
    ...rows.schema.lists.map((_, l) => listData(rows, l, schema)),
  ];
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return new RecordBatch(schema, data);
}

function scalarData(rows: PartRows, s: number): Data {
  const { type, nullable } = rows.schema.scalars[s]!;
  const { length } = rows;
  if (type === 'text') return textData(rows.texts[s]!.slice(0, length));
  const numbers = rows.numbers[s]!.slice(0, length);
  const validity = nullable ? bitmap(length, (i) => !Number.isNaN(numbers[i]!)) : null;
  const nulls =
    validity === null ? { nullCount: 0 } : { nullCount: validity.nulls, nullBitmap: validity.bits };
  switch (type) {
    case 'int64': {
      const data = BigInt64Array.from(numbers, (n) => (Number.isNaN(n) ? 0n : BigInt(n)));
      return makeData({ type: new Int64(), length, data, ...nulls });
    }
    case 'float64':
      return makeData({ type: new Float64(), length, data: numbers, ...nulls });
    case 'float32':
      return makeData({ type: new Float32(), length, data: Float32Array.from(numbers), ...nulls });
  }
}

function textData(values: readonly (string | null)[]): Data<Utf8> {
  const valueOffsets = new Int32Array(values.length + 1);
  const texts = values.map((value) => Buffer.from(value ?? ''));
  for (const [i, text] of texts.entries()) valueOffsets[i + 1] = valueOffsets[i]! + text.length;
  const { bits, nulls } = bitmap(values.length, (i) => values[i] !== null);
  return makeData({
    type: new Utf8(),
    length: values.length,
    nullCount: nulls,
    nullBitmap: bits,
    valueOffsets,
    data: Buffer.concat(texts),
  });
}

function bitmap(
  length: number,
  isValid: (i: number) => boolean,
): { readonly bits: Uint8Array; readonly nulls: number } {
  const bits = new Uint8Array(Math.ceil(length / 8));
  let nulls = 0;
  for (let i = 0; i < length; i++) {
    if (isValid(i)) bits[i >> 3]! |= 1 << (i & 7);
    else nulls++;
  }
  return { bits, nulls };
}

function listData(rows: PartRows, l: number, schema: Schema): Data {
  const { length } = rows;
  const list = rows.schema.lists[l]!;
  const numbers = rows.lists[l]!.subarray(0, length * listLength(list));
  const item: Data =
    numbers instanceof Float64Array
      ? makeData({ type: new Float64(), data: numbers })
      : makeData({ type: new Float32(), data: numbers });
  const type: unknown = schema.fields[rows.schema.scalars.length + l]!.type;
  return makeData({ type: type as FixedSizeList, length, nullCount: 0, child: item });
}
