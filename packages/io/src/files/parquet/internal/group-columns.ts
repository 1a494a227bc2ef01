/** The column chunks of a row group that a reader asks for: where they lie, and what their statistics say. */
import type { SchemaElement } from 'hyparquet/src/types.js';
import { Damage } from '../../internal/damage.ts';
import type { ChunkPlace } from './chunk-pages.ts';
import type { ColumnChunk, Footer, GroupPlace } from './footer.ts';

/** A column's chunk in a row group; null where the group lacks it. */
export function chunkOf(place: GroupPlace, name: string): ColumnChunk | null {
  return place.chunks.find((chunk) => chunk.name === name) ?? null;
}

/** Where a column's chunk lies. Throws Damage where that cannot be. */
export function chunkPlace(footer: Footer, place: GroupPlace, name: string): ChunkPlace {
  const chunk = chunkOf(place, name);
  if (chunk === null) throw new Damage(`a row group without its column ${name}`);
  const { dictionaryAt, dataAt, sizeBytes, codec } = chunk;
  // Some writers leave 0 where there is no dictionary, some point only the data offset at it.
  const start = dictionaryAt !== null && dictionaryAt > 0 ? Math.min(dictionaryAt, dataAt) : dataAt;
  const end = start + sizeBytes;
  if (!(Number.isSafeInteger(start) && start >= 4 && end >= start && end <= footer.fileBytes)) {
    throw new Damage(`column ${name} at bytes ${start} to ${end} of ${footer.fileBytes}`);
  }
  return { start, end, codec };
}

/** Least and greatest timestamp of a row group by its statistics, floored to ms; null where they are not there. */
export function groupTimes(
  place: GroupPlace,
  name: string,
  element: SchemaElement,
): { minMs: number; maxMs: number } | null {
  const chunk = chunkOf(place, name);
  const minMs = toMs(chunk?.min, element);
  const maxMs = toMs(chunk?.max, element);
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
