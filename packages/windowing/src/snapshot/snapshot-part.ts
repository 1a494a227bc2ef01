/**
 * A part of a snapshot as bytes: for every line how it stands, and the samples that make the cells that changed since the part
 * before. Sealed bytes (`internal/sealed-bytes.ts`), magic `WNDS`, whose head is a u32 with the number of the part in its
 * snapshot (0, 1, 2, ...), a u32 with the length of the JSON that follows, and that JSON: lines, their tracks, windows, counts.
 * A frame is numbered by line and track and has the samples that make the track's cells.
 */
import { WindrowError, type SampleCounts } from '@windrow/core';
import { FrameWriter, openSealed, readFrames, type SealKind } from '../internal/sealed-bytes.ts';
import type { PointColumns } from '../point-columns.ts';
import type { LineImage, TrackName, TrackVisitor } from './line-image.ts';

const SNAPSHOT_PART: SealKind = { what: 'snapshot', magic: 0x53_44_4e_57, version: 1 };
/** Number of the part, length of the JSON. */
const NUMBERS_BYTES = 8;
/** Keys whose values may be infinite, or -0, neither of which JSON has: they are written as text. */
const NUMBERS: ReadonlySet<string> = new Set([
  'latestMs',
  'watermarkMs',
  'nextEndMs',
  'firstEndMs',
  'lastEndMs',
  'before',
]);

function asText(_key: string, value: unknown): unknown {
  if (Object.is(value, -0)) return '-0';
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

function fromText(key: string, value: unknown): unknown {
  return NUMBERS.has(key) && typeof value === 'string' ? Number(value) : value;
}

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
  readonly #frames: FrameWriter = new FrameWriter();
  readonly #tracks: TrackName[][] = [];

  /** Adds the cells of a track of the line with this index. */
  add(line: number, name: TrackName, points: PointColumns): void {
    const tracks = (this.#tracks[line] ??= []);
    this.#frames.add(line, tracks.push(name) - 1, points);
  }

  finish(engine: SavedEngine): Uint8Array {
    const { number, door } = engine;
    const lines = engine.lines.map((line, l) => ({ ...line, tracks: this.#tracks[l] ?? [] }));
    const json = JSON.stringify({ door, lines }, asText);
    const text = new TextEncoder().encode(json);
    const head = new Uint8Array(NUMBERS_BYTES + text.length);
    const view = new DataView(head.buffer);
    view.setUint32(0, number, true);
    view.setUint32(4, text.length, true);
    head.set(text, NUMBERS_BYTES);
    return this.#frames.seal(SNAPSHOT_PART, head);
  }
}

/** A part that was read and verified. */
export class SnapshotPart {
  readonly saved: SavedEngine;
  readonly #opened: Uint8Array;
  readonly #framesAt: number;
  readonly #tracks: readonly (readonly TrackName[])[];

  /** @throws WindrowError FORMAT where the bytes are no whole part of a known version */
  constructor(bytes: Uint8Array) {
    const opened = openSealed(bytes, SNAPSHOT_PART, NUMBERS_BYTES);
    const view = new DataView(opened.buffer, opened.byteOffset, opened.byteLength);
    this.#opened = opened;
    this.#framesAt = NUMBERS_BYTES + view.getUint32(4, true);
    if (this.#framesAt > opened.length) {
      throw new WindrowError('FORMAT', 'snapshot: the head is longer than the part');
    }
    const text = new TextDecoder().decode(opened.subarray(NUMBERS_BYTES, this.#framesAt));
    // The checksum has vouched for it: it is what `finish` wrote.
    const { door, lines } = JSON.parse(text, fromText) as {
      readonly door: SampleCounts;
      readonly lines: readonly (SavedLine & { readonly tracks: readonly TrackName[] })[];
    };
    this.#tracks = lines.map((line) => line.tracks);
    this.saved = { number: view.getUint32(0, true), door, lines };
  }

  /** Decodes the cells and hands them to the visitor of their line; null: nobody wants them. */
  visitCells(visitorOf: (line: number) => TrackVisitor | null): void {
    const visitors = this.#tracks.map((_, line) => visitorOf(line));
    readFrames(
      this.#opened,
      this.#framesAt,
      (line, track, points) => visitors[line]!(this.#tracks[line]![track]!, points),
      (line) => visitors[line] !== null,
    );
  }
}
