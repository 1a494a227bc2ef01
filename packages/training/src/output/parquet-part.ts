/**
 * Parts as Parquet: zstd, a row group a batch, lists as Parquet's three-level lists, and the Arrow schema in the file's metadata so
 * that pyarrow restores `arrow.fixed_shape_tensor`.
 *
 * Lists of one length have levels that are known before: a new list is repetition 0 and then `length - 1` times 1, and every item
 * is there. So their pages are made here, from the bytes as they are; taken apart value by value by the library they would be
 * written ten times as slowly.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter, type ColumnSource } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { AtomicFile } from '@windrow/io';
import { schemaMessage } from './arrow-schema.ts';
import type { PartFile } from './part-file.ts';
import type { PartRows } from './part-rows.ts';
import { listLength, type ListField, type PartSchema, type ScalarField } from './part-schema.ts';

const ZSTD_LEVEL = 1;
const PAGE_BYTES = 1 << 20;
/** Items of lists may be null, and none is: the highest level of definition. */
const DEFINED = 2;

export async function createParquetPart(path: string, schema: PartSchema): Promise<PartFile> {
  const file = await AtomicFile.create(path);
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: schemaElements(schema),
    codec: 'ZSTD',
    compressors: { ZSTD: compress },
    createdBy: 'windrow',
    kvMetadata: [
      { key: 'ARROW:schema', value: schemaMessage(schema) },
      ...Array.from(schema.metadata, ([key, value]) => ({ key, value })),
    ],
  });
  const flush = async (): Promise<void> => {
    await file.write(bytes.getBytes());
    bytes.index = 0;
  };
  return {
    async write(rows) {
      // Without a `flush` of the library's writer this is synchronous.
      void writer.write({
        columnData: schema.scalars.map((_, s) => scalarSource(rows, s)),
        rowGroupSize: rows.length,
      });
      for (const l of schema.lists.keys()) writeList(writer, bytes, rows, l);
      await flush();
    },
    async finish() {
      void writer.finish();
      await flush();
      await file.commit();
    },
    abort: () => file.abort(),
  };
}

function schemaElements({ scalars, lists }: PartSchema): SchemaElement[] {
  return [
    { name: 'schema', num_children: scalars.length + lists.length },
    ...scalars.map(scalarElement),
    ...lists.flatMap(listElements),
  ];
}

function scalarElement({ name, type, nullable }: ScalarField): SchemaElement {
  const repetition_type = nullable ? 'OPTIONAL' : 'REQUIRED';
  switch (type) {
    case 'int64':
      return { name, type: 'INT64', repetition_type };
    case 'float64':
      return { name, type: 'DOUBLE', repetition_type };
    case 'float32':
      return { name, type: 'FLOAT', repetition_type };
    case 'text': {
      const logical_type = { type: 'STRING' } as const;
      return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type, repetition_type };
    }
  }
}

function listElements({ name, dtype }: ListField): SchemaElement[] {
  const logical_type = { type: 'LIST' } as const;
  return [
    { name, repetition_type: 'REQUIRED', converted_type: 'LIST', logical_type, num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', type: itemType(dtype), repetition_type: 'OPTIONAL' },
  ];
}

function itemType(dtype: ListField['dtype']): 'DOUBLE' | 'FLOAT' {
  return dtype === 'float64' ? 'DOUBLE' : 'FLOAT';
}

function scalarSource(rows: PartRows, s: number): ColumnSource {
  const { name, type, nullable } = rows.schema.scalars[s]!;
  const { length } = rows;
  if (type === 'text') {
    return { name, data: rows.texts[s]!.slice(0, length), encoding: 'RLE_DICTIONARY' };
  }
  const numbers = rows.numbers[s]!.subarray(0, length);
  const nulled = <T>(of: (n: number) => T): (T | null)[] =>
    Array.from(numbers, (n) => (nullable && Number.isNaN(n) ? null : of(n)));
  // A dictionary of numbers would take -0 for 0.
  const encoding = 'PLAIN';
  if (type === 'int64') return { name, data: nulled(BigInt), encoding };
  if (nullable) return { name, data: nulled((n) => n), encoding };
  return { name, data: type === 'float64' ? numbers : Float32Array.from(numbers), encoding };
}

/** Writes the pages of a list column behind those of the scalars, and adds its chunk to the row group. */
function writeList(writer: ParquetWriter, bytes: ByteWriter, rows: PartRows, l: number): void {
  const list = rows.schema.lists[l]!;
  const length = listLength(list);
  const values = rows.lists[l]!;
  const listBytes = length * values.BYTES_PER_ELEMENT;
  const pageRows = Math.max(1, Math.floor(PAGE_BYTES / listBytes));
  const start = bytes.offset;
  let uncompressed = 0;
  for (let row = 0; row < rows.length; row += pageRows) {
    const count = Math.min(pageRows, rows.length - row);
    const page = new Uint8Array(
      values.buffer,
      values.byteOffset + row * listBytes,
      count * listBytes,
    );
    uncompressed += writeListPage(bytes, page, { lists: count, length });
  }
  const group = writer.row_groups.at(-1)!;
  const compressedSize = BigInt(bytes.offset - start);
  group.columns.push({
    file_offset: BigInt(start),
    meta_data: {
      type: itemType(list.dtype),
      encodings: ['PLAIN', 'RLE'],
      path_in_schema: [list.name, 'list', 'element'],
      codec: 'ZSTD',
      num_values: BigInt(rows.length * length),
      total_compressed_size: compressedSize,
      total_uncompressed_size: BigInt(uncompressed),
      data_page_offset: BigInt(start),
    },
  });
  group.total_byte_size += BigInt(uncompressed);
  group.total_compressed_size = (group.total_compressed_size ?? 0n) + compressedSize;
}

/** Writes a data page of version 2; gives its size before compression. */
function writeListPage(
  bytes: ByteWriter,
  values: Uint8Array,
  { lists, length }: { readonly lists: number; readonly length: number },
): number {
  const levels = new ByteWriter();
  for (let i = 0; i < lists; i++) {
    writeRun(levels, 1, 0);
    if (length > 1) writeRun(levels, length - 1, 1);
  }
  const repetitionBytes = levels.offset;
  writeRun(levels, lists * length, DEFINED);
  const compressed = compress(values);
  const start = bytes.offset;
  writePageHeader(bytes, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.offset + values.length,
    compressed_page_size: levels.offset + compressed.length,
    data_page_header_v2: {
      num_values: lists * length,
      num_nulls: 0,
      num_rows: lists,
      encoding: 'PLAIN',
      definition_levels_byte_length: levels.offset - repetitionBytes,
      repetition_levels_byte_length: repetitionBytes,
      is_compressed: true,
    },
  });
  const headerBytes = bytes.offset - start;
  bytes.appendBytes(levels.getBytes());
  bytes.appendBytes(compressed);
  return headerBytes + levels.offset + values.length;
}

/** A run of one level, in Parquet's hybrid of run lengths and bit packing. */
function writeRun(levels: ByteWriter, count: number, level: number): void {
  levels.appendVarInt(count * 2);
  levels.appendUint8(level);
}

function compress(input: Uint8Array): Uint8Array {
  return zstdCompressSync(input, {
    params: {
      [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
}
