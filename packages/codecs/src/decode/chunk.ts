/** Chunks as points of one metric; FORMAT.md, "The chunk". */
import { crc32 } from 'node:zlib';
import { TIMESTAMP_MS_MAX, WindrowError, assert } from '@windrow/core';
import {
  CHUNK_HAS_STATS,
  CHUNK_MARK,
  CHUNK_POINTS_MAX,
  CHUNK_VERSION,
  type ChunkInfo,
  type ChunkStats,
} from '../chunk-layout.ts';
import { ByteReader, READ_BYTES_MAX } from '../internal/byte-reader.ts';
import { readTimestamps } from './timestamps.ts';
import { readValues } from './values.ts';

const CRC_BYTES = 4;
/** Mark, flags, count and checksum: a chunk of no points. */
const LEAST_BYTES = 7;

/** Where decoded points go. */
export interface ChunkColumns {
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

/**
 * Reads what the chunk in `bytes[start .. end)` says of itself, and verifies its checksum, without decoding a point.
 * @throws WindrowError FORMAT where the bytes are no chunk of a known version, or damaged
 */
export function readChunkInfo(bytes: Uint8Array, start: number, end: number): ChunkInfo {
  const { reader, count, hasStats } = openChunk(bytes, start, end);
  const stats = hasStats ? readStats(reader) : null;
  return { version: CHUNK_VERSION, count, sizeBytes: end - start, stats };
}

/**
 * Decodes the chunk that is exactly `bytes[start .. end)` into both columns from index `at` on, and returns the number of
 * points. Every value has the bits that were encoded. Nothing is allocated for a declared count: the columns are the
 * caller's (`readChunkInfo` tells how long they must be), and other memory is bounded by CHUNK_POINTS_MAX. About a
 * kilobyte a call is allocated, and nothing a point.
 * @throws WindrowError FORMAT where the bytes are no whole chunk, damaged, or hold more points than the columns have room
 *   for; the columns' contents from `at` on are then undefined
 */
export function decodeChunk(
  bytes: Uint8Array,
  start: number,
  end: number,
  columns: ChunkColumns,
  at = 0,
): number {
  const { timestampsMs, values } = columns;
  const { reader, count, hasStats } = openChunk(bytes, start, end);
  const room = Math.min(timestampsMs.length, values.length) - at;
  if (count > room) reader.fail(`${count} points`, `at most ${room}, for which there is room`);
  if (hasStats) readStats(reader);
  if (count > 0) {
    readTimestamps(reader, timestampsMs, at, count);
    readValues(reader, values, at, count);
  }
  if (reader.at !== reader.end) {
    reader.fail(`${reader.end - reader.at} bytes after the last point`, 'the checksum');
  }
  return count;
}

/** Verifies mark, checksum and count; the reader stands behind the count. */
function openChunk(
  bytes: Uint8Array,
  start: number,
  end: number,
): { reader: ByteReader; count: number; hasStats: boolean } {
  assert(start >= 0 && end <= bytes.length, 'the chunk lies within the bytes');
  const sizeBytes = end - start;
  if (sizeBytes < LEAST_BYTES || sizeBytes > READ_BYTES_MAX) {
    throw new WindrowError(
      'FORMAT',
      `chunk: byte ${start}: found ${sizeBytes} bytes, expected ${LEAST_BYTES} to ${READ_BYTES_MAX}`,
    );
  }
  const body = bytes.subarray(start, end - CRC_BYTES);
  const reader = new ByteReader(body, start, 'chunk');
  const mark = reader.u8();
  if (mark !== CHUNK_MARK) {
    throw new WindrowError(
      'FORMAT',
      `chunk: byte ${start}: found mark 0x${mark.toString(16)}, expected 0xc1 (a chunk of version 1)`,
    );
  }
  const found = crc32(body);
  const declared = u32At(bytes, end - CRC_BYTES);
  if (found !== declared) {
    reader.fail(`checksum ${found.toString(16)} of the bytes`, `${declared.toString(16)}: damaged`);
  }
  const flags = reader.u8();
  if ((flags & ~CHUNK_HAS_STATS) !== 0) reader.fail(`flags ${flags}`, '0 or 1');
  const count = reader.unsigned(CHUNK_POINTS_MAX, 'count');
  const hasStats = flags === CHUNK_HAS_STATS;
  if (hasStats && count === 0) reader.fail('statistics of no points', 'none');
  return { reader, count, hasStats };
}

function u32At(bytes: Uint8Array, at: number): number {
  const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  return (low | (bytes[at + 3]! << 24)) >>> 0;
}

function readStats(reader: ByteReader): ChunkStats {
  const minMs = reader.signed(TIMESTAMP_MS_MAX, 'least timestamp');
  const maxMs = reader.signed(TIMESTAMP_MS_MAX, 'greatest timestamp');
  const min = reader.f64();
  const max = reader.f64();
  const first = reader.f64();
  return { minMs, maxMs, min, max, first, last: reader.f64() };
}
