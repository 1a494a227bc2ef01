/**
 * What goes from stage 1 to stage 2 where they are two processes: what became of one line's cells, and how far its watermark
 * got. Little-endian:
 *
 * | offset | type | what |
 * |---|---|---|
 * | 0 | u32 | magic, `WNDP` |
 * | 4 | u32 | version, 1 |
 * | 8 | u32 | fingerprint of the line's plan: both sides must have the same definitions |
 * | 12 | u32 | index of the line |
 * | 16 | f64 | watermark at which the late cells changed, ms |
 * | 24 | f64 | watermark from now on, ms; Infinity at the end of the input |
 * | 32 | u32 | number of chunks of late cells, which come first |
 * | 36 | u32 | number of chunks of cells that the watermark has passed |
 * | 40 | | the chunks: u32 ring, u32 track, u32 length, then a chunk of docs/FORMAT.md: a point for each observed cell, its start in ms and its value |
 * | end - 4 | u32 | CRC32 of all bytes before |
 */
import { crc32 } from 'node:zlib';
import {
  CHUNK_POINTS_MAX,
  chunkBytesMax,
  decodeChunk,
  encodeChunk,
  readChunkInfo,
} from '@windrow/codecs';
import { WindrowError } from '@windrow/core';
import { PointColumns } from '../point-columns.ts';

const MAGIC = 0x50_44_4e_57;
const VERSION = 1;
const HEADER_BYTES = 40;
const CHUNK_HEADER_BYTES = 12;
const CRC_BYTES = 4;

export interface PaneMessage {
  readonly fingerprint: number;
  readonly line: number;
  readonly lateWatermarkMs: number;
  readonly watermarkMs: number;
}

/** Builds a message chunk by chunk; its buffer grows and is used again. */
export class PaneMessageWriter {
  #bytes: Uint8Array = new Uint8Array(1 << 12);
  #view: DataView = new DataView(this.#bytes.buffer);
  #end = HEADER_BYTES;
  #lateChunks = 0;
  #chunks = 0;

  /** Adds the cells of a track; at most CHUNK_POINTS_MAX go into a chunk. All late cells come before all others. */
  add(ring: number, track: number, cells: PointColumns, isLate: boolean): void {
    for (let from = 0; from < cells.length; from += CHUNK_POINTS_MAX) {
      const length = Math.min(CHUNK_POINTS_MAX, cells.length - from);
      this.#reserve(CHUNK_HEADER_BYTES + chunkBytesMax(length));
      const at = this.#end;
      const points = {
        length,
        timestampsMs: cells.timestampsMs.subarray(from, from + length),
        values: cells.values.subarray(from, from + length),
      };
      const end = encodeChunk(points, this.#bytes, at + CHUNK_HEADER_BYTES);
      this.#view.setUint32(at, ring, true);
      this.#view.setUint32(at + 4, track, true);
      this.#view.setUint32(at + 8, end - at - CHUNK_HEADER_BYTES, true);
      this.#end = end;
      if (isLate) this.#lateChunks++;
      else this.#chunks++;
    }
  }

  /** The finished message, a copy; the writer starts anew. */
  finish(message: PaneMessage): Uint8Array {
    this.#reserve(CRC_BYTES);
    const view = this.#view;
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, VERSION, true);
    view.setUint32(8, message.fingerprint, true);
    view.setUint32(12, message.line, true);
    view.setFloat64(16, message.lateWatermarkMs, true);
    view.setFloat64(24, message.watermarkMs, true);
    view.setUint32(32, this.#lateChunks, true);
    view.setUint32(36, this.#chunks, true);
    view.setUint32(this.#end, crc32(this.#bytes.subarray(0, this.#end)), true);
    const bytes = this.#bytes.slice(0, this.#end + CRC_BYTES);
    this.#end = HEADER_BYTES;
    this.#lateChunks = 0;
    this.#chunks = 0;
    return bytes;
  }

  #reserve(more: number): void {
    if (this.#end + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#end + more));
    grown.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Called for every chunk of a message, in order; the columns are valid during the call. */
export type ChunkReader = (ring: number, track: number, cells: PointColumns) => void;

/**
 * Reads a message's header after verifying the whole.
 * @throws WindrowError FORMAT where the bytes are no whole message of a known version
 */
export function readPaneMessage(bytes: Uint8Array): PaneMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES + CRC_BYTES || view.getUint32(0, true) !== MAGIC) {
    throw new WindrowError('FORMAT', `pane message: found ${bytes.length} bytes that are none`);
  }
  const version = view.getUint32(4, true);
  if (version !== VERSION) {
    throw new WindrowError(
      'FORMAT',
      `pane message: found version ${version}, expected ${VERSION}; run the same release on both sides`,
    );
  }
  const crcAt = bytes.length - CRC_BYTES;
  if (crc32(bytes.subarray(0, crcAt)) !== view.getUint32(crcAt, true)) {
    throw new WindrowError(
      'FORMAT',
      'pane message: the checksum does not fit, the bytes are damaged',
    );
  }
  return {
    fingerprint: view.getUint32(8, true),
    line: view.getUint32(12, true),
    lateWatermarkMs: view.getFloat64(16, true),
    watermarkMs: view.getFloat64(24, true),
  };
}

/**
 * Decodes the chunks of a message that `readPaneMessage` has verified.
 * @throws WindrowError FORMAT where the chunks are not what the header says
 */
export function readPaneChunks(bytes: Uint8Array, read: ChunkReader): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - CRC_BYTES;
  const cells = new PointColumns();
  let at = HEADER_BYTES;
  for (let n = view.getUint32(32, true) + view.getUint32(36, true); n > 0; n--) {
    const start = at + CHUNK_HEADER_BYTES;
    const stop = start <= end ? start + view.getUint32(at + 8, true) : Number.POSITIVE_INFINITY;
    if (stop > end)
      throw new WindrowError('FORMAT', `pane message: the chunk at ${at} does not fit`);
    const { count } = readChunkInfo(bytes, start, stop);
    cells.reserve(count);
    cells.length = decodeChunk(bytes, start, stop, cells, 0);
    read(view.getUint32(at, true), view.getUint32(at + 4, true), cells);
    at = stop;
  }
  if (at !== end)
    throw new WindrowError('FORMAT', `pane message: found ${end - at} bytes too many`);
}
