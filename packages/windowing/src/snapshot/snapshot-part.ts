/**
 * A part of a snapshot as bytes: for every line how it stands, and the samples that make the cells that changed since the part
 * before. Little-endian:
 *
 * | offset | type | what |
 * |---|---|---|
 * | 0 | u32 | magic, `WNDS` |
 * | 4 | u32 | version, 1 |
 * | 8 | u32 | number of the part in its snapshot: 0, 1, 2, ... |
 * | 12 | u32 | length of the JSON that follows: lines, their tracks, windows, counts |
 * | | | then for every line and track: u32 line, u32 track, u32 length, and a chunk of docs/FORMAT.md |
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
import { WindrowError, type SampleCounts } from '@windrow/core';
import { PointColumns } from '../point-columns.ts';
import type { LineImage, TrackName, TrackVisitor } from './line-image.ts';

const MAGIC = 0x53_44_4e_57;
const VERSION = 1;
const HEADER_BYTES = 16;
const CHUNK_HEADER_BYTES = 12;
const CRC_BYTES = 4;
/** Keys whose values may be infinite. */
const TIMES: ReadonlySet<string> = new Set([
  'latestMs',
  'watermarkMs',
  'nextEndMs',
  'firstEndMs',
  'lastEndMs',
]);

/** A line in a part. */
export interface SavedLine {
  readonly image: LineImage;
  readonly samples: SampleCounts;
  /** Number of the next part that is to hold all cells of the line. */
  readonly wholeAt: number;
}

export interface SavedEngine {
  readonly number: number;
  /** What was counted before any line. */
  readonly door: SampleCounts;
  readonly lines: readonly SavedLine[];
}

/** Gathers the cells of a part, and then writes it. */
export class SnapshotWriter {
  #bytes: Uint8Array = new Uint8Array(1 << 16);
  #view: DataView = new DataView(this.#bytes.buffer);
  #end = 0;
  readonly #tracks: TrackName[][] = [];

  /** Adds the cells of a track of the line with this index. */
  add(line: number, name: TrackName, points: PointColumns): void {
    const tracks = (this.#tracks[line] ??= []);
    const track = tracks.push(name) - 1;
    for (let from = 0; from < points.length; from += CHUNK_POINTS_MAX) {
      const length = Math.min(CHUNK_POINTS_MAX, points.length - from);
      this.#reserve(CHUNK_HEADER_BYTES + chunkBytesMax(length));
      const at = this.#end;
      const chunk = {
        length,
        timestampsMs: points.timestampsMs.subarray(from, from + length),
        values: points.values.subarray(from, from + length),
      };
      const end = encodeChunk(chunk, this.#bytes, at + CHUNK_HEADER_BYTES);
      this.#view.setUint32(at, line, true);
      this.#view.setUint32(at + 4, track, true);
      this.#view.setUint32(at + 8, end - at - CHUNK_HEADER_BYTES, true);
      this.#end = end;
    }
  }

  finish(engine: SavedEngine): Uint8Array {
    const { number, door } = engine;
    const lines = engine.lines.map((line, l) => ({ ...line, tracks: this.#tracks[l] ?? [] }));
    // JSON has no infinities: they are written as text.
    const json = JSON.stringify({ door, lines }, (_, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
    );
    const head = new TextEncoder().encode(json);
    const bytes = new Uint8Array(HEADER_BYTES + head.length + this.#end + CRC_BYTES);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, VERSION, true);
    view.setUint32(8, number, true);
    view.setUint32(12, head.length, true);
    bytes.set(head, HEADER_BYTES);
    bytes.set(this.#bytes.subarray(0, this.#end), HEADER_BYTES + head.length);
    const crcAt = bytes.length - CRC_BYTES;
    view.setUint32(crcAt, crc32(bytes.subarray(0, crcAt)), true);
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

/** A part that was read and verified. */
export class SnapshotPart {
  readonly saved: SavedEngine;
  readonly #bytes: Uint8Array;
  readonly #cellsAt: number;
  readonly #tracks: readonly (readonly TrackName[])[];

  /** @throws WindrowError FORMAT where the bytes are no whole part of a known version */
  constructor(bytes: Uint8Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const crcAt = bytes.length - CRC_BYTES;
    if (bytes.length < HEADER_BYTES + CRC_BYTES || view.getUint32(0, true) !== MAGIC) {
      throw new WindrowError('FORMAT', `snapshot: found ${bytes.length} bytes that are none`);
    }
    if (crc32(bytes.subarray(0, crcAt)) !== view.getUint32(crcAt, true)) {
      throw new WindrowError(
        'FORMAT',
        'snapshot: the checksum does not fit, the bytes are damaged',
      );
    }
    const version = view.getUint32(4, true);
    if (version !== VERSION) {
      throw new WindrowError('FORMAT', `snapshot: found version ${version}, expected ${VERSION}`);
    }
    const headBytes = view.getUint32(12, true);
    this.#bytes = bytes;
    this.#cellsAt = HEADER_BYTES + headBytes;
    const head = new TextDecoder().decode(bytes.subarray(HEADER_BYTES, this.#cellsAt));
    // The checksum has vouched for it: it is what `finish` wrote.
    const { door, lines } = JSON.parse(head, (key, value: unknown) =>
      TIMES.has(key) ? Number(value) : value,
    ) as {
      readonly door: SampleCounts;
      readonly lines: readonly (SavedLine & { readonly tracks: readonly TrackName[] })[];
    };
    this.#tracks = lines.map((line) => line.tracks);
    this.saved = {
      number: view.getUint32(8, true),
      door,
      lines,
    };
  }

  /** Decodes the cells and hands them to the visitor of their line. */
  visitCells(visitorOf: (line: number) => TrackVisitor | null): void {
    const bytes = this.#bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const points = new PointColumns();
    let at = this.#cellsAt;
    while (at < bytes.length - CRC_BYTES) {
      const line = view.getUint32(at, true);
      const start = at + CHUNK_HEADER_BYTES;
      const end = start + view.getUint32(at + 8, true);
      const visit = visitorOf(line);
      if (visit !== null) {
        points.reserve(readChunkInfo(bytes, start, end).count);
        points.length = decodeChunk(bytes, start, end, points, 0);
        visit(this.#tracks[line]![view.getUint32(at + 4, true)]!, points);
      }
      at = end;
    }
  }
}
