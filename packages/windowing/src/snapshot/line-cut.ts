/** One line on its way into a part of a snapshot, track by track. Until it is done the line may not change. */
import { PointColumns } from '../point-columns.ts';
import type { SampleLine } from '../sample-line.ts';
import { imageOf } from './line-image.ts';
import type { LineTurns } from './line-turns.ts';
import type { SnapshotWriter } from './snapshot-part.ts';

/** A line as a cut sees it. */
export type CutLine = Pick<SampleLine<never>, 'state' | 'counter'>;

/** What looking at a track costs beside its points, in points. */
const TRACK_POINTS = 8;

/** Filled and written within a step. */
const changed: PointColumns = new PointColumns();
const whole: PointColumns = new PointColumns();

export class LineCut {
  readonly #number: number;
  readonly #index: number;
  readonly #line: CutLine;
  readonly #turnsOf: (line: CutLine) => LineTurns;
  readonly #writer: SnapshotWriter;
  /** Once it has begun. */
  #turns: LineTurns | null = null;
  /** The next track: of the line, its ring, and there. */
  #track = 0;
  #ring = 0;
  #ringTrack = 0;
  isDone = false;

  /** @param place of the part in its snapshot, and of the line in the part */
  constructor(
    place: { readonly number: number; readonly index: number },
    line: CutLine,
    turnsOf: (line: CutLine) => LineTurns,
    writer: SnapshotWriter,
  ) {
    this.#number = place.number;
    this.#index = place.index;
    this.#line = line;
    this.#turnsOf = turnsOf;
    this.#writer = writer;
  }

  /** Takes tracks until they have about so many points together, or all are taken; returns how many they have. */
  step(pointsMax: number): number {
    const { rings } = this.#line.state;
    const turns = this.#turns ?? this.#begin();
    let points = 0;
    changed.length = 0;
    while (points < pointsMax && this.#ring < rings.length) {
      points += TRACK_POINTS + this.#takeTrack(turns);
      this.#track++;
      if (++this.#ringTrack === rings[this.#ring]!.ring.trackCount) {
        this.#ring++;
        this.#ringTrack = 0;
      }
    }
    this.#writer.changed(this.#index, changed);
    if (this.#ring === rings.length) this.#finish(turns);
    return points;
  }

  #begin(): LineTurns {
    this.#turns = this.#turnsOf(this.#line);
    this.#turns.changed.fill(0);
    return this.#turns;
  }

  #takeTrack(turns: LineTurns): number {
    const ring = this.#line.state.rings[this.#ring]!;
    if (turns.hasTrack(this.#number, this.#track)) {
      whole.length = 0;
      ring.collect(this.#ringTrack, false, whole);
      this.#writer.track(this.#index, this.#track, whole);
      return whole.length;
    }
    const before = changed.length;
    ring.collect(this.#ringTrack, true, changed);
    turns.changed[this.#track] = changed.length - before;
    return changed.length - before;
  }

  #finish(turns: LineTurns): void {
    const { state, counter } = this.#line;
    const { names } = turns;
    this.#writer.line(this.#index, {
      lineId: names.lineId,
      fingerprint: names.fingerprint,
      image: imageOf(state),
      samples: counter.snapshot(),
      changed: turns.changed,
    });
    if (turns.hasNames(this.#number)) this.#writer.names(this.#index, names);
    for (const ring of state.rings) ring.unchanged();
    this.isDone = true;
  }
}
