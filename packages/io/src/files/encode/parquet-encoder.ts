/**
 * Tables as Parquet: row groups of 131,072 rows, unless told otherwise, with statistics, text by dictionary, pages compressed with zstd and its
 * checksum. Every column is required.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter, type ColumnSource } from 'hyparquet-writer';
import type { Table, TableColumn } from '../../tables/table.ts';
import { ColumnBuffer, type GatheredColumn } from './column-buffer.ts';
import type { Encoder } from './encoder.ts';

const GROUP_ROWS = 131_072;
const ZSTD_LEVEL = 1;

export class ParquetEncoder<Batch> implements Encoder<Batch> {
  readonly #bytes: ByteWriter = new ByteWriter();
  readonly #writer: ParquetWriter;
  readonly #buffer: ColumnBuffer<Batch>;
  readonly #groupRows: number;

  constructor(table: Table<Batch>, groupRows: number = GROUP_ROWS) {
    this.#groupRows = groupRows;
    this.#buffer = new ColumnBuffer(table, groupRows);
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: schemaOf(table.columns),
      codec: 'ZSTD',
      compressors: { ZSTD: compress },
      createdBy: 'windrow',
    });
  }

  *encode(batch: Batch): Generator<Uint8Array> {
    for (const group of this.#buffer.add(batch)) yield this.#write(group);
  }

  *end(): Generator<Uint8Array> {
    for (const group of this.#buffer.rest()) yield this.#write(group);
    void this.#writer.finish();
    yield this.#take();
  }

  #write(group: readonly GatheredColumn[]): Uint8Array {
    // Without a `flush` of the writer this is synchronous.
    void this.#writer.write({ columnData: group.map(sourceOf), rowGroupSize: this.#groupRows });
    return this.#take();
  }

  /** What was written since the last time. The writer's own offset goes on. */
  #take(): Uint8Array {
    const taken = this.#bytes.getBytes().slice();
    this.#bytes.index = 0;
    return taken;
  }
}

function schemaOf<Batch>(columns: readonly TableColumn<Batch>[]): SchemaElement[] {
  return [{ name: 'schema', num_children: columns.length }, ...columns.map(elementOf)];
}

function elementOf<Batch>({ name, type }: TableColumn<Batch>): SchemaElement {
  const repetition_type = 'REQUIRED';
  if (type === 'int64') return { name, type: 'INT64', repetition_type };
  if (type === 'float64') return { name, type: 'DOUBLE', repetition_type };
  const logical_type = { type: 'STRING' } as const;
  return { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type, repetition_type };
}

/** A dictionary of numbers would take -0 for 0. */
function sourceOf(column: GatheredColumn): ColumnSource {
  const encoding = column.type === 'text' ? 'RLE_DICTIONARY' : 'PLAIN';
  return { name: column.name, data: column.values as ColumnSource['data'], encoding };
}

function compress(input: Uint8Array): Uint8Array {
  return zstdCompressSync(input, {
    params: {
      [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
}
