/** The column chunks of a row group that a reader asks for: where they lie, and what their statistics say. */
import type { ColumnMetaData, SchemaElement } from 'hyparquet/src/types.js';
import { Damage } from '../../internal/damage.ts';
import type { ChunkPlace } from './chunk-pages.ts';
import type { Footer, GroupPlace } from './footer.ts';

/** The metadata of a column's chunk in a row group; null where the group lacks it. */
export function chunkOf(place: GroupPlace, name: string): ColumnMetaData | null {
  for (const column of place.group.columns) {
    const metadata = column.meta_data;
    if (metadata?.path_in_schema.length === 1 && metadata.path_in_schema[0] === name) {
      return column.file_path === undefined ? metadata : null;
    }
  }
  return null;
}

/** Where a column's chunk lies. Throws Damage where that cannot be. */
export function chunkPlace(footer: Footer, place: GroupPlace, name: string): ChunkPlace {
  const chunk = chunkOf(place, name);
  if (chunk === null) throw new Damage(`a row group without its column ${name}`);
  const dictionaryAt = Number(chunk.dictionary_page_offset ?? 0n);
  const dataAt = Number(chunk.data_page_offset);
  // Some writers leave 0 where there is no dictionary, some point only the data offset at it.
  const start = dictionaryAt > 0 ? Math.min(dictionaryAt, dataAt) : dataAt;
  const end = start + Number(chunk.total_compressed_size);
  if (!(Number.isSafeInteger(start) && start >= 4 && end >= start && end <= footer.fileBytes)) {
    throw new Damage(`column ${name} at bytes ${start} to ${end} of ${footer.fileBytes}`);
  }
  return { start, end, codec: chunk.codec };
}

/** Least and greatest timestamp of a row group by its statistics, floored to ms; null where they are not there. */
export function groupTimes(
  place: GroupPlace,
  name: string,
  element: SchemaElement,
): { minMs: number; maxMs: number } | null {
  const statistics = chunkOf(place, name)?.statistics;
  const min = statistics?.min_value ?? statistics?.min;
  const max = statistics?.max_value ?? statistics?.max;
  const minMs = toMs(min, element);
  const maxMs = toMs(max, element);
  return minMs === null || maxMs === null || minMs > maxMs ? null : { minMs, maxMs };
}

function toMs(raw: unknown, element: SchemaElement): number | null {
  if (typeof raw === 'number') return raw;
  if (typeof raw !== 'bigint') return null;
  const unit = element.logical_type?.type === 'TIMESTAMP' ? element.logical_type.unit : null;
  if (unit === 'NANOS') return floorDivide(raw, 1_000_000n);
  const isMicros = unit === 'MICROS' || element.converted_type === 'TIMESTAMP_MICROS';
  return isMicros ? floorDivide(raw, 1000n) : Number(raw);
}

function floorDivide(value: bigint, divisor: bigint): number {
  const quotient = value / divisor;
  return Number(value % divisor < 0n ? quotient - 1n : quotient);
}
