/** The footer of a Parquet file: its schema and row groups, read without trusting a number in it. */
import { messageOf } from '@windrow/core';
import { parquetMetadata } from 'hyparquet';
import type {
  CompressionCodec,
  FileMetaData,
  MinMaxType,
  RowGroup,
  SchemaElement,
} from 'hyparquet/src/types.js';
import type { RandomAccess } from '../../file-storage.ts';
import { Damage } from '../../internal/damage.ts';
import { thriftStructEnd } from './thrift-guard.ts';

const FOOTER_BYTES_MAX = 256 << 20;
/** Footer length and magic at the end of the file. */
const TAIL_BYTES = 8;
const MAGIC = 'PAR1';
const ENCRYPTED_MAGIC = 'PARE';

/** What a footer says of a top-level column's chunk in a row group; nothing of it is checked. */
export interface ColumnChunk {
  readonly name: string;
  readonly codec: CompressionCodec;
  /** Offset of the dictionary page in the file; 0 or null where there is none. */
  readonly dictionaryAt: number | null;
  readonly dataAt: number;
  /** Compressed. */
  readonly sizeBytes: number;
  /** Least and greatest value, as stored; null where it does not say. */
  readonly min: MinMaxType | null;
  readonly max: MinMaxType | null;
  readonly nullCount: number | null;
}

/**
 * A row group and the number of rows before it. Of what the footer says no more is kept than is asked for: a file of a month has
 * thousands of groups.
 */
export interface GroupPlace {
  readonly chunks: readonly ColumnChunk[];
  readonly rowCount: number;
  readonly firstRow: number;
}

export interface Footer {
  /** The columns: leaves at the top level by name; nested ones are left out. */
  readonly columns: ReadonlyMap<string, SchemaElement>;
  /** Of all columns at the top level, nested ones too, as often as they are there. */
  readonly names: readonly string[];
  readonly groups: readonly GroupPlace[];
  readonly fileBytes: number;
}

/** Statistics as raw integers: dates and times are converted here, floored, and not by the library. */
const rawParsers = {
  timestampFromMilliseconds: (raw: bigint): bigint => raw,
  timestampFromMicroseconds: (raw: bigint): bigint => raw,
  timestampFromNanoseconds: (raw: bigint): bigint => raw,
};

/** Reads the footer. Throws Damage where the file does not end in one. */
export async function readFooter(file: RandomAccess): Promise<Footer> {
  const fileBytes = file.sizeBytes;
  if (fileBytes === 0) throw new Damage('the file is empty');
  const tail = await readAt(
    file,
    Math.max(0, fileBytes - TAIL_BYTES),
    Math.min(fileBytes, TAIL_BYTES),
  );
  const magic = tail.toString('latin1', tail.length - 4);
  if (tail.length === TAIL_BYTES && magic === ENCRYPTED_MAGIC)
    throw new Damage('the file is encrypted');
  if (tail.length < TAIL_BYTES || magic !== MAGIC) {
    throw new Damage('the file does not end in a Parquet footer: it is cut off, or no Parquet');
  }
  const size = tail.readUInt32LE(0);
  if (size > fileBytes - TAIL_BYTES || size > FOOTER_BYTES_MAX) {
    throw new Damage(`a footer of ${size} bytes in a file of ${fileBytes}`);
  }
  const footer = await readAt(file, fileBytes - TAIL_BYTES - size, size + TAIL_BYTES);
  if (thriftStructEnd(footer.subarray(0, size), 0) === null)
    throw new Damage('the footer is incomplete');
  const metadata = parseFooter(footer);
  const groups = placeGroups(metadata);
  const rowCount = groups.reduce((sum, group) => sum + group.rowCount, 0);
  if (Number(metadata.num_rows) !== rowCount) {
    throw new Damage(`row groups of ${rowCount} rows in a file of ${metadata.num_rows}`);
  }
  return { ...topColumns(metadata), groups, fileBytes };
}

function parseFooter(footer: Uint8Array): FileMetaData {
  try {
    return parquetMetadata(new Uint8Array(footer), { parsers: rawParsers, geoparquet: false });
  } catch (error) {
    throw new Damage(`the footer makes no sense (${messageOf(error)})`);
  }
}

async function readAt(file: RandomAccess, start: number, count: number): Promise<Buffer> {
  const buffer = Buffer.alloc(count);
  let done = 0;
  while (done < count) {
    const { bytesRead } = await file.read(buffer, done, count - done, start + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

function topColumns(metadata: FileMetaData): Pick<Footer, 'columns' | 'names'> {
  const columns = new Map<string, SchemaElement>();
  const names: string[] = [];
  const { schema } = metadata;
  for (let i = 1; i < schema.length; i++) {
    const element = schema[i]!;
    const children = element.num_children ?? 0;
    names.push(element.name);
    if (children > 0) i += descendants(schema, i);
    else if (element.repetition_type !== 'REPEATED') columns.set(element.name, element);
  }
  return { columns, names };
}

/** How many elements follow `schema[at]` that belong to it. */
function descendants(schema: readonly SchemaElement[], at: number): number {
  let open = schema[at]!.num_children ?? 0;
  let count = 0;
  while (open > 0 && at + count + 1 < schema.length) {
    count++;
    open += (schema[at + count]!.num_children ?? 0) - 1;
  }
  return count;
}

function placeGroups(metadata: FileMetaData): GroupPlace[] {
  let firstRow = 1;
  return metadata.row_groups.map((group) => {
    const rowCount = Number(group.num_rows);
    if (!(Number.isSafeInteger(rowCount) && rowCount >= 0)) {
      throw new Damage(`a row group of ${group.num_rows} rows`);
    }
    const place = { chunks: chunksOf(group), rowCount, firstRow };
    firstRow += rowCount;
    return place;
  });
}

/** Chunks of nested columns are left out, and those that lie in another file. */
function chunksOf(group: RowGroup): ColumnChunk[] {
  return group.columns.flatMap(({ meta_data: metadata, file_path: elsewhere }) => {
    const name = metadata?.path_in_schema[0];
    if (name === undefined || metadata!.path_in_schema.length > 1 || elsewhere !== undefined) {
      return [];
    }
    const { codec, statistics, dictionary_page_offset: dictionaryAt } = metadata!;
    const nullCount = statistics?.null_count;
    return [
      {
        name,
        codec,
        dictionaryAt: dictionaryAt === undefined ? null : Number(dictionaryAt),
        dataAt: Number(metadata!.data_page_offset),
        sizeBytes: Number(metadata!.total_compressed_size),
        min: statistics?.min_value ?? statistics?.min ?? null,
        max: statistics?.max_value ?? statistics?.max ?? null,
        nullCount: nullCount === undefined ? null : Number(nullCount),
      },
    ];
  });
}
