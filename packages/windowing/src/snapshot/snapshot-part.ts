/**
 * A part of a snapshot as bytes: for every line how it stands, the samples that make the cells that changed since the part before, and
 * all samples of some tracks. Sealed bytes (`internal/sealed-bytes.ts`), magic `WNDS`, whose head is, little-endian:
 *
 * | type | what |
 * |---|---|
 * | u32 | number of the part in its snapshot: 0, 1, 2, ... |
 * | f64 x 8 | samples that belong to no line, by heading |
 *
 * The first number of a frame is the line's place in the part, the second says what it holds:
 *
 * | second number | content |
 * |---|---|
 * | `LINE` | how the line stands (`line-bytes.ts`); the first frame of every line |
 * | `NAMES` | its names (`line-names.ts`); in a line's first part, and from then on now and then |
 * | `CHANGED` | a chunk with samples of all tracks, one track after the other |
 * | index of a track | a chunk with all samples of the track |
 */
import { HEADINGS, SampleCounter, WindrowError, type SampleCounts } from '@windrow/core';
import {
  FrameWriter,
  eachFrame,
  openSealed,
  readPoints,
  type SealKind,
} from '../internal/sealed-bytes.ts';
import { PointColumns } from '../point-columns.ts';
import { lineBytes, readLine, type SavedLine } from './line-bytes.ts';
import { LineNames } from './line-names.ts';

const SNAPSHOT_PART: SealKind = { what: 'snapshot', magic: 0x53_44_4e_57, version: 2 };
const HEAD_BYTES = 4 + 8 * HEADINGS.length;
const LINE = 0xffff_ffff;
const NAMES = 0xffff_fffe;
const CHANGED = 0xffff_fffd;

/** Gathers the lines of a part, and then writes it. */
export class SnapshotWriter {
  readonly #frames: FrameWriter = new FrameWriter();
  #line = -1;

  /** Begins the next line. */
  line(saved: SavedLine): void {
    this.#frames.addBytes(++this.#line, LINE, lineBytes(saved));
  }

  /** The names of the line. */
  names(names: LineNames): void {
    this.#frames.addBytes(this.#line, NAMES, names.bytes);
  }

  /** What changed in the line: for each track as many points as `SavedLine.changed` says. */
  changed(points: PointColumns): void {
    this.#frames.add(this.#line, CHANGED, points);
  }

  /** All points of a track of the line. */
  track(track: number, points: PointColumns): void {
    this.#frames.add(this.#line, track, points);
  }

  finish(number: number, door: SampleCounts): Uint8Array {
    const head = new Uint8Array(HEAD_BYTES);
    const view = new DataView(head.buffer);
    view.setUint32(0, number, true);
    for (const [h, heading] of HEADINGS.entries()) view.setFloat64(4 + h * 8, door[heading], true);
    return this.#frames.seal(SNAPSHOT_PART, head);
  }
}

/** Takes points of a track; the columns are valid during the call. */
export type TrackVisitor = (track: number, points: PointColumns) => void;

/** A part that was read and verified. */
export class SnapshotPart {
  readonly number: number;
  readonly door: SampleCounts;
  readonly lines: readonly SavedLine[];
  /** The names that it holds. */
  readonly names: readonly LineNames[];
  readonly #opened: Uint8Array;

  /** @throws WindrowError FORMAT where the bytes are no whole part of a known version */
  constructor(bytes: Uint8Array) {
    const opened = openSealed(bytes, SNAPSHOT_PART, HEAD_BYTES);
    const view = new DataView(opened.buffer, opened.byteOffset, opened.byteLength);
    this.number = view.getUint32(0, true);
    const door = new SampleCounter();
    for (const [h, heading] of HEADINGS.entries()) {
      door.add(heading, view.getFloat64(4 + h * 8, true));
    }
    this.door = door.snapshot();
    const lines: SavedLine[] = [];
    const names: LineNames[] = [];
    eachFrame(opened, HEAD_BYTES, (_line, kind, frame) => {
      if (kind === LINE) lines.push(readLine(frame));
      else if (kind === NAMES) names.push(LineNames.read(frame));
    });
    this.lines = lines;
    this.names = names;
    this.#opened = opened;
  }

  /**
   * Decodes the points and hands them to the visitor of their line; null: nobody wants them.
   * @throws WindrowError FORMAT where they are not as many as the line says
   */
  visitTracks(visitorOf: (line: number) => TrackVisitor | null): void {
    const points = new PointColumns();
    const visitors = this.lines.map((_, line) => visitorOf(line));
    const splitters = this.lines.map(({ changed }) => new Splitter(changed));
    eachFrame(this.#opened, HEAD_BYTES, (line, kind, frame) => {
      const visit = visitors[line] ?? null;
      if (visit === null || kind === LINE || kind === NAMES) return;
      readPoints(frame, points);
      if (kind === CHANGED) splitters[line]!.split(points, visit);
      else visit(kind, points);
    });
  }
}

/** Tells the points of several tracks apart that stand one track after the other, in several frames. */
class Splitter {
  readonly #counts: Uint32Array;
  readonly #own: PointColumns = new PointColumns();
  #track = 0;
  #taken = 0;

  constructor(counts: Uint32Array) {
    this.#counts = counts;
  }

  split(points: PointColumns, visit: TrackVisitor): void {
    let from = 0;
    while (from < points.length) {
      while (this.#taken === this.#counts[this.#track]) {
        this.#track++;
        this.#taken = 0;
      }
      const count = this.#counts[this.#track];
      if (count === undefined) {
        throw new WindrowError('FORMAT', 'snapshot: a line has more points than it says');
      }
      const until = Math.min(points.length, from + count - this.#taken);
      this.#own.length = 0;
      this.#own.reserve(until - from);
      for (; from < until; from++) {
        this.#own.push(points.timestampsMs[from]!, points.values[from]!);
        this.#taken++;
      }
      visit(this.#track, this.#own);
    }
  }
}
