/**
 * A part of a snapshot in the making: one cut through all lines, taken line by line. Lines that are not in it yet may not change; who
 * is about to change one has it taken first.
 */
import { crc32 } from 'node:zlib';
import type { MetricDictionary, SampleCounts } from '@windrow/core';
import { PointColumns } from '../point-columns.ts';
import type { SampleLine } from '../sample-line.ts';
import { imageOf } from './line-image.ts';
import { LineNames, trackKey } from './line-names.ts';
import { SnapshotWriter } from './snapshot-part.ts';

/**
 * No more than so many latest parts are needed to go on: in each, one track in so many is written anew, as a whole, and one line in so
 * many tells its names.
 */
export const SNAPSHOT_PARTS = 64;

/** In which parts something comes round: in one of `ROUND` that follow each other. */
const ROUND = SNAPSHOT_PARTS - 1;

function turnOf(key: string): number {
  return crc32(key) % ROUND;
}

/** What is kept of a line from part to part. */
export class LineTurns {
  readonly names: LineNames;
  readonly #namesTurn: number;
  readonly #trackTurns: Uint8Array;
  /** Names and tracks that some part holds. */
  #areNamesWritten = false;
  readonly #isWritten: Uint8Array;

  constructor(names: LineNames) {
    this.names = names;
    this.#namesTurn = turnOf(names.lineId);
    this.#trackTurns = Uint8Array.from(names.tracks, (track) => turnOf(trackKey(track)));
    this.#isWritten = new Uint8Array(names.tracks.length);
  }

  /** Parts that were restored hold what is called so. */
  wereWritten(names: LineNames): void {
    this.#areNamesWritten = names.fingerprint === this.names.fingerprint;
    const known = new Set(names.tracks.map(trackKey));
    for (const [track, name] of this.names.tracks.entries()) {
      if (known.has(trackKey(name))) this.#isWritten[track] = 1;
    }
  }

  /** Whether part `number` is to have the names; asked once for each part. */
  hasNames(number: number): boolean {
    const hasNames = !this.#areNamesWritten || number % ROUND === this.#namesTurn;
    this.#areNamesWritten = true;
    return hasNames;
  }

  /** Whether it is to have all of a track; asked once for each part. */
  hasTrack(number: number, track: number): boolean {
    const hasTrack = this.#isWritten[track] === 0 || number % ROUND === this.#trackTurns[track];
    this.#isWritten[track] = 1;
    return hasTrack;
  }
}

/** A line as a cut sees it. */
export type CutLine = Pick<SampleLine<never>, 'state' | 'counter'>;

export class SnapshotCut {
  readonly #number: number;
  readonly #door: SampleCounts;
  readonly #lines: readonly CutLine[];
  readonly #turnsOf: (line: number) => LineTurns;
  readonly #writer: SnapshotWriter = new SnapshotWriter();
  readonly #isTaken: Uint8Array;
  readonly #changed: PointColumns = new PointColumns();
  readonly #whole: PointColumns = new PointColumns();
  #next = 0;

  constructor(parts: {
    readonly number: number;
    readonly door: SampleCounts;
    readonly lines: readonly CutLine[];
    readonly turnsOf: (line: number) => LineTurns;
  }) {
    this.#number = parts.number;
    this.#door = parts.door;
    this.#lines = parts.lines;
    this.#turnsOf = parts.turnsOf;
    this.#isTaken = new Uint8Array(parts.lines.length);
  }

  /** Takes lines until they have about so many points together, or all are taken; returns whether they are. */
  step(pointsMax: number): boolean {
    let points = 0;
    while (points < pointsMax && this.#next < this.#lines.length) points += this.take(this.#next++);
    return this.#next === this.#lines.length;
  }

  /** Takes a line, if it was not yet; returns how many points it gave. */
  take(index: number): number {
    if (this.#isTaken[index] === 1) return 0;
    this.#isTaken[index] = 1;
    const { state, counter } = this.#lines[index]!;
    const turns = this.#turnsOf(index);
    const writer = this.#writer;
    const wholes: number[] = [];
    const changed = new Uint32Array(turns.names.tracks.length);
    this.#changed.length = 0;
    let track = 0;
    for (const ring of state.rings) {
      for (let own = 0; own < ring.ring.trackCount; own++, track++) {
        if (turns.hasTrack(this.#number, track)) {
          wholes.push(track);
          continue;
        }
        const before = this.#changed.length;
        ring.collect(own, true, this.#changed);
        changed[track] = this.#changed.length - before;
      }
    }
    writer.line({
      lineId: turns.names.lineId,
      fingerprint: turns.names.fingerprint,
      image: imageOf(state),
      samples: counter.snapshot(),
      changed,
    });
    if (turns.hasNames(this.#number)) writer.names(turns.names);
    writer.changed(this.#changed);
    const points = this.#changed.length + this.#takeWholes(index, wholes);
    for (const ring of state.rings) ring.unchanged();
    return points;
  }

  #takeWholes(index: number, wholes: readonly number[]): number {
    const { rings } = this.#lines[index]!.state;
    let points = 0;
    for (const track of wholes) {
      let own = track;
      let r = 0;
      while (own >= rings[r]!.ring.trackCount) own -= rings[r++]!.ring.trackCount;
      this.#whole.length = 0;
      rings[r]!.collect(own, false, this.#whole);
      this.#writer.track(track, this.#whole);
      points += this.#whole.length;
    }
    return points;
  }

  /** The part. All lines are taken. */
  finish(): Uint8Array {
    this.step(Number.POSITIVE_INFINITY);
    return this.#writer.finish(this.#number, this.#door);
  }
}

/** The turns of a line, made when they are first asked for. */
export class TurnsOfLines {
  readonly #dictionary: MetricDictionary;
  readonly #turns: WeakMap<object, LineTurns> = new WeakMap();

  constructor(dictionary: MetricDictionary) {
    this.#dictionary = dictionary;
  }

  of({ state }: CutLine): LineTurns {
    let turns = this.#turns.get(state);
    if (turns === undefined) {
      turns = new LineTurns(LineNames.of(state.plan, this.#dictionary));
      this.#turns.set(state, turns);
    }
    return turns;
  }
}
