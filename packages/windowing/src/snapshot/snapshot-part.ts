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
 * | `LINE` | how the line stands (`line-bytes.ts`); every line has one |
 * | `NAMES` | its names (`line-names.ts`); in a line's first part, and from then on now and then |
 * | `CHANGED` | a chunk with samples of tracks, one track after the other; in another such frame they go on |
 * | index of a track | a chunk with all samples of the track |
 */
import { HEADINGS, SampleCounter, WindrowError, type SampleCounts } from '@windrow/core';
import {
  FrameWriter,
  eachFrame,
  openSealed,
  readPoints,
  type SealKind,
  type Sealing,
} from '../internal/sealed-bytes.ts';
import { PointColumns } from '../point-columns.ts';
import { lineBytes, readLine, type SavedLine } from './line-bytes.ts';
import { LineNames } from './line-names.ts';

const SNAPSHOT_PART: SealKind = { what: 'snapshot', magic: 0x53_44_4e_57, version: 3 };
const HEAD_BYTES = 4 + 8 * HEADINGS.length;
const LINE = 0xffff_ffff;
const NAMES = 0xffff_fffe;
const CHANGED = 0xffff_fffd;

/** Gathers the lines of a part, and then writes it. */
export class SnapshotWriter {
  readonly #frames: FrameWriter = new FrameWriter();
  /** How a line stands; once for each. */
  line(line: number, saved: SavedLine): void {
    this.#frames.addBytes(line, LINE, lineBytes(saved));
  }

  names(line: number, names: LineNames): void {
    this.#frames.addBytes(line, NAMES, names.bytes);
  }

  /** What changed, track after track: for each as many points as `SavedLine.changed` says; may be called several times. */
  changed(line: number, points: PointColumns): void {
    this.#frames.add(line, CHANGED, points);
  }

  /** All points of a track. */
  track(line: number, track: number, points: PointColumns): void {
    this.#frames.add(line, track, points);
  }

  /** The part, to be put together little by little. */
  seal(number: number, door: SampleCounts): Sealing {
    const head = new Uint8Array(HEAD_BYTES);
    const view = new DataView(head.buffer);
    view.setUint32(0, number, true);
    for (const [h, heading] of HEADINGS.entries()) view.setFloat64(4 + h * 8, door[heading], true);
    return this.#frames.beginSeal(SNAPSHOT_PART, head);
  }
}

/** Takes points of a track; the columns are valid during the call. */
export type TrackVisitor = (track: number, points: PointColumns) => void;

/** A part that was read and verified. */
export class SnapshotPart {
  readonly number: number;
  readonly door: SampleCounts;
  /** By place in the part. */
  readonly lines: ReadonlyMap<number, SavedLine>;
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
    const lines: { line: number; saved: SavedLine }[] = [];
    const names: LineNames[] = [];
    eachFrame(opened, HEAD_BYTES, (line, kind, frame) => {
      if (kind === LINE) lines.push({ line, saved: readLine(frame) });
      else if (kind === NAMES) names.push(LineNames.read(frame));
    });
    this.lines = new Map(lines.map(({ line, saved }) => [line, saved]));
    this.names = names;
    this.#opened = opened;
  }

  /**
   * Decodes the points and hands them to the visitor of their line; null: nobody wants them.
   * @throws WindrowError FORMAT where they are not as many as the line says
   */
  visitTracks(visitorOf: (saved: SavedLine) => TrackVisitor | null): void {
    const points = new PointColumns();
    const takers = new Map(
      Array.from(this.lines, ([line, saved]) => {
        const visit = visitorOf(saved);
        const taker = visit === null ? null : { visit, splitter: new Splitter(saved.changed) };
        return [line, taker] as const;
      }),
    );
    eachFrame(this.#opened, HEAD_BYTES, (line, kind, frame) => {
      const taker = takers.get(line) ?? null;
      if (taker === null || kind === LINE || kind === NAMES) return;
      readPoints(frame, points);
      if (kind === CHANGED) taker.splitter.split(points, taker.visit);
      else taker.visit(kind, points);
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
