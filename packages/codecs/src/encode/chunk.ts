/** Points of one metric as a chunk; FORMAT.md, "The chunk". */
import { crc32 } from 'node:zlib';
import { assert } from '@windrow/core';
import { CHUNK_HAS_STATS, CHUNK_MARK, CHUNK_POINTS_MAX } from '../chunk-layout.ts';
import { ByteWriter } from '../internal/byte-writer.ts';
import { writeStats } from './stats.ts';
import { writeTimestamps } from './timestamps.ts';
import { writeValues } from './values.ts';

/** Points of one metric as columns, which may be longer than `length`. */
export interface ChunkPoints {
  /** Number of points, 0 .. CHUNK_POINTS_MAX. */
  readonly length: number;
  /** Integer ms since the Unix epoch in core's range, in any order, repeats allowed. */
  readonly timestampsMs: Float64Array;
  /** Any float64; every bit pattern is kept. */
  readonly values: Float64Array;
}

export interface ChunkOptions {
  /** Adds 32 bytes and two timestamps, for skipping chunks without decoding them. Default: false. */
  readonly stats?: boolean;
}

/** Room that `encodeChunk` needs for `count` points, in bytes; a chunk takes far less. */
export function chunkBytesMax(count: number): number {
  return 1024 + 20 * count;
}

/**
 * Writes the points to `out[offset ..)`, of which `chunkBytesMax(points.length)` bytes must be there, and returns where the
 * chunk ends. The same points give the same bytes. Allocates about 1 KB a call and nothing
 * a point.
 */
export function encodeChunk(
  points: ChunkPoints,
  out: Uint8Array,
  offset: number,
  options: ChunkOptions = {},
): number {
  const { length, timestampsMs, values } = points;
  assert(length <= CHUNK_POINTS_MAX, 'a chunk has at most CHUNK_POINTS_MAX points');
  assert(timestampsMs.length >= length && values.length >= length, 'columns hold all points');
  const room = out.length - offset;
  assert(
    offset >= 0 && chunkBytesMax(length) <= room,
    'out has chunkBytesMax bytes from the offset on',
  );
  const writer = new ByteWriter();
  const hasStats = options.stats === true && length > 0;
  writer.u8(CHUNK_MARK);
  writer.u8(hasStats ? CHUNK_HAS_STATS : 0);
  writer.unsigned(length);
  if (length > 0) {
    if (hasStats) writeStats(writer, points);
    writeTimestamps(writer, timestampsMs, length);
    writeValues(writer, values, length);
  }
  writer.u32(crc32(writer.written()));
  out.set(writer.written(), offset);
  return offset + writer.at - writer.start;
}
