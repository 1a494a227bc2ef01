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
import { WindrowError, assert } from '@windrow/core';
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

/**
 * Frames are gathered in pieces, each twice as large as the one before up to `PIECE_BYTES_MAX`: to double one buffer would stop everything
 * while it is copied.
 */
const PIECE_BYTES_FIRST = 4 << 10;
const PIECE_BYTES_MAX = 512 << 10;
/**
 * Pieces that are kept to be filled again, together about a mebibyte: what a part takes at 150 000 samples a second. New ones are zeroed
 * memory outside of V8's heap, of which each lets a collection that is under way take a step of milliseconds.
 */
const PIECES_KEPT = 8;

/** Frames that stand one after the other. */
class Piece {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  end = 0;

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  hasRoom(bytes: number): boolean {
    return this.end + bytes <= this.bytes.length;
  }
}

/** Gathers frames. */
export class FrameWriter {
  readonly #pieces: Piece[] = [];
  /** The piece that is being filled; those after it are empty. */
  #current = -1;

  /** Adds points under two numbers, as chunks; of more than CHUNK_POINTS_MAX, in several frames. */
  add(first: number, second: number, points: PointColumns): void {
    for (let from = 0; from < points.length; from += CHUNK_POINTS_MAX) {
      const length = Math.min(CHUNK_POINTS_MAX, points.length - from);
      const piece = this.#reserve(FRAME_HEAD_BYTES + chunkBytesMax(length));
      const chunk = {
        length,
        timestampsMs: points.timestampsMs.subarray(from, from + length),
        values: points.values.subarray(from, from + length),
      };
      const end = encodeChunk(chunk, piece.bytes, piece.end + FRAME_HEAD_BYTES);
      endFrame(piece, end, first, second);
    }
  }

  /** Adds bytes under two numbers. */
  addBytes(first: number, second: number, bytes: Uint8Array): void {
    const piece = this.#reserve(FRAME_HEAD_BYTES + bytes.length);
    const start = piece.end + FRAME_HEAD_BYTES;
    piece.bytes.set(bytes, start);
    endFrame(piece, start + bytes.length, first, second);
  }

  /** The head and all frames as sealed bytes, a copy; the writer starts anew. */
  seal(kind: SealKind, head: Uint8Array): Uint8Array {
    const sealing = this.beginSeal(kind, head);
    sealing.step(Number.POSITIVE_INFINITY);
    return sealing.finish();
  }

  /** The same little by little; nothing is to be added until it is finished. */
  beginSeal(kind: SealKind, head: Uint8Array): Sealing {
    const pieces = this.#pieces.slice(0, this.#current + 1);
    return new Sealing(kind, head, pieces, () => {
      for (const piece of pieces) piece.end = 0;
      this.#current = -1;
      this.#pieces.splice(PIECES_KEPT);
    });
  }

  /** A piece with room for so much more. */
  #reserve(more: number): Piece {
    const current = this.#pieces[this.#current];
    if (current?.hasRoom(more) === true) return current;
    this.#current++;
    const next = this.#pieces[this.#current];
    if (next?.hasRoom(more) === true) return next;
    const doubled = PIECE_BYTES_FIRST * 2 ** this.#current;
    const piece = new Piece(Math.max(Math.min(doubled, PIECE_BYTES_MAX), more));
    this.#pieces.splice(this.#current, 0, piece);
    return piece;
  }
}

/** Writes the head of the frame that goes from the end of a piece to `end`. */
function endFrame(piece: Piece, end: number, first: number, second: number): void {
  const at = piece.end;
  piece.view.setUint32(at, first, true);
  piece.view.setUint32(at + 4, second, true);
  piece.view.setUint32(at + 8, end - at - FRAME_HEAD_BYTES, true);
  piece.end = end;
}

/** Frames on their way into one array, with its checksum. */
export class Sealing {
  readonly #bytes: Uint8Array;
  readonly #pieces: readonly Piece[];
  readonly #done: () => void;
  #piece = 0;
  #taken = 0;
  #end: number;
  #crc: number;

  constructor(kind: SealKind, head: Uint8Array, pieces: readonly Piece[], done: () => void) {
    const frameBytes = pieces.reduce((sum, piece) => sum + piece.end, 0);
    this.#pieces = pieces;
    this.#done = done;
    this.#end = HEAD_AT + head.length;
    this.#bytes = new Uint8Array(this.#end + frameBytes + CRC_BYTES);
    const view = new DataView(this.#bytes.buffer);
    view.setUint32(0, kind.magic, true);
    view.setUint32(4, kind.version, true);
    this.#bytes.set(head, HEAD_AT);
    this.#crc = crc32(this.#bytes.subarray(0, this.#end));
  }

  /** Takes about so many bytes more; returns whether all are taken. */
  step(bytesMax: number): boolean {
    for (let left = bytesMax; left > 0 && this.#piece < this.#pieces.length;) {
      const piece = this.#pieces[this.#piece]!;
      const count = Math.min(left, piece.end - this.#taken);
      const taken = piece.bytes.subarray(this.#taken, this.#taken + count);
      this.#bytes.set(taken, this.#end);
      this.#crc = crc32(taken, this.#crc);
      this.#end += count;
      this.#taken += count;
      left -= count;
      if (this.#taken === piece.end) {
        this.#piece++;
        this.#taken = 0;
      }
    }
    return this.#piece === this.#pieces.length;
  }

  /** The sealed bytes, once all are taken. */
  finish(): Uint8Array {
    assert(this.#piece === this.#pieces.length, 'all frames were taken');
    const view = new DataView(this.#bytes.buffer);
    view.setUint32(this.#bytes.length - CRC_BYTES, this.#crc, true);
    this.#done();
    return this.#bytes;
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
