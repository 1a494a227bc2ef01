/**
 * What pane messages and snapshot parts have in common: a magic number and a version in front, a CRC32 behind, and in between
 * a head and *frames*: bytes, as a rule a chunk of docs/FORMAT.md, with two numbers before them. Little-endian:
 *
 * | offset | type | what |
 * |---|---|---|
 * | 0 | u32 | magic |
 * | 4 | u32 | version |
 * | 8 | | the head |
 * | | | frames: u32 first number, u32 second number, u32 length of the bytes, the bytes |
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
import type { PointColumns } from '../point-columns.ts';

/** Where the head starts. */
const HEAD_AT = 8;
const FRAME_HEAD_BYTES = 12;
const CRC_BYTES = 4;

/** Which kind of bytes. */
export interface SealKind {
  /** For messages. */
  readonly what: string;
  readonly magic: number;
  readonly version: number;
}

/** Gathers frames in a buffer that grows and is used again. */
export class FrameWriter {
  #bytes: Uint8Array = new Uint8Array(1 << 12);
  #view: DataView = new DataView(this.#bytes.buffer);
  #end = 0;

  /** Adds points under two numbers, as chunks; of more than CHUNK_POINTS_MAX, in several frames. */
  add(first: number, second: number, points: PointColumns): void {
    for (let from = 0; from < points.length; from += CHUNK_POINTS_MAX) {
      const length = Math.min(CHUNK_POINTS_MAX, points.length - from);
      this.#reserve(FRAME_HEAD_BYTES + chunkBytesMax(length));
      const at = this.#end;
      const chunk = {
        length,
        timestampsMs: points.timestampsMs.subarray(from, from + length),
        values: points.values.subarray(from, from + length),
      };
      this.#end = encodeChunk(chunk, this.#bytes, at + FRAME_HEAD_BYTES);
      this.#head(at, first, second);
    }
  }

  /** Adds bytes under two numbers. */
  addBytes(first: number, second: number, bytes: Uint8Array): void {
    this.#reserve(FRAME_HEAD_BYTES + bytes.length);
    const at = this.#end;
    this.#bytes.set(bytes, at + FRAME_HEAD_BYTES);
    this.#end = at + FRAME_HEAD_BYTES + bytes.length;
    this.#head(at, first, second);
  }

  /** Writes the head of the frame that goes from `at` to the end. */
  #head(at: number, first: number, second: number): void {
    this.#view.setUint32(at, first, true);
    this.#view.setUint32(at + 4, second, true);
    this.#view.setUint32(at + 8, this.#end - at - FRAME_HEAD_BYTES, true);
  }

  /** The head and all frames as sealed bytes, a copy; the writer starts anew. */
  seal(kind: SealKind, head: Uint8Array): Uint8Array {
    const framesAt = HEAD_AT + head.length;
    const bytes = new Uint8Array(framesAt + this.#end + CRC_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, kind.magic, true);
    view.setUint32(4, kind.version, true);
    bytes.set(head, HEAD_AT);
    bytes.set(this.#bytes.subarray(0, this.#end), framesAt);
    const crcAt = bytes.length - CRC_BYTES;
    view.setUint32(crcAt, crc32(bytes.subarray(0, crcAt)), true);
    this.#end = 0;
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

/**
 * Verifies sealed bytes and gives back what is between version and checksum: head and frames.
 * @param headBytes the least that the head takes
 * @throws WindrowError FORMAT where they are damaged, of another kind or another version
 */
export function openSealed(bytes: Uint8Array, kind: SealKind, headBytes: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const crcAt = bytes.length - CRC_BYTES;
  if (crcAt < HEAD_AT + headBytes || view.getUint32(0, true) !== kind.magic) {
    throw new WindrowError('FORMAT', `${kind.what}: found ${bytes.length} bytes that are none`);
  }
  if (crc32(bytes.subarray(0, crcAt)) !== view.getUint32(crcAt, true)) {
    throw new WindrowError(
      'FORMAT',
      `${kind.what}: the checksum does not fit, the bytes are damaged`,
    );
  }
  const version = view.getUint32(4, true);
  if (version !== kind.version) {
    throw new WindrowError(
      'FORMAT',
      `${kind.what}: found version ${version}, expected ${kind.version}; use the release that made it, or newer`,
    );
  }
  return bytes.subarray(HEAD_AT, crcAt);
}

/** Called for every frame, in order, with its bytes: a view. */
export type FrameVisitor = (first: number, second: number, bytes: Uint8Array) => void;

/**
 * Visits the frames in `opened[from ..)`.
 * @throws WindrowError FORMAT where they do not fit
 */
export function eachFrame(opened: Uint8Array, from: number, visit: FrameVisitor): void {
  const view = new DataView(opened.buffer, opened.byteOffset, opened.byteLength);
  let at = from;
  while (at < opened.length) {
    const start = at + FRAME_HEAD_BYTES;
    const end = start <= opened.length ? start + view.getUint32(at + 8, true) : start;
    if (end > opened.length) {
      throw new WindrowError(
        'FORMAT',
        `the frame at ${at} needs ${end - opened.length} bytes more`,
      );
    }
    visit(view.getUint32(at, true), view.getUint32(at + 4, true), opened.subarray(start, end));
    at = end;
  }
}

/**
 * Decodes the chunk of a frame into columns, in place of what they held.
 * @throws WindrowError FORMAT where it is no chunk
 */
export function readPoints(bytes: Uint8Array, points: PointColumns): void {
  points.reserve(readChunkInfo(bytes, 0, bytes.length).count);
  points.length = decodeChunk(bytes, 0, bytes.length, points, 0);
}
