/** What comes round in which part of a snapshot, so that few parts are enough to go on. */
import { crc32 } from 'node:zlib';
import type { MetricDictionary } from '@windrow/core';
import type { LineState } from '../internal/line-state.ts';
import { LineNames, trackKey } from './line-names.ts';

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
  /** By track: points of the part in hand that are in frames of what changed. */
  readonly changed: Uint32Array;
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
    this.changed = new Uint32Array(names.tracks.length);
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

interface HasState {
  readonly state: LineState;
}

/** The turns of lines. */
export class TurnsOfLines {
  readonly #dictionary: MetricDictionary;
  readonly #turns: WeakMap<object, LineTurns> = new WeakMap();

  constructor(dictionary: MetricDictionary) {
    this.#dictionary = dictionary;
  }

  /**
   * Those of a line that begins.
   * @param part number of the next part: tracks are there since that one
   * @param before names of a line that was restored into it, whose tracks are there since they were
   */
  begin({ state }: HasState, part: number, before: LineNames | null): LineTurns {
    const known = new Map(before?.tracks.map((name) => [trackKey(name), name.since ?? 0]));
    const names = LineNames.of(state.plan, this.#dictionary, (key) => known.get(key) ?? part);
    const turns = new LineTurns(names);
    this.#turns.set(state, turns);
    return turns;
  }

  /** Those of a line that has begun. */
  of({ state }: HasState): LineTurns | undefined {
    return this.#turns.get(state);
  }
}
