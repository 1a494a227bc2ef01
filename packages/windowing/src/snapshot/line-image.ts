/** The state of one line as plain data, and a line that goes on from it, with the same definitions or others. */
import { WindrowError } from '@windrow/core';
import type { LineState } from '../internal/line-state.ts';
import type { RingState } from '../internal/ring-state.ts';
import type { PointColumns } from '../point-columns.ts';
import type { SavedWindows } from '../window-state.ts';
import { trackKey, type LineNames } from './line-names.ts';

/** What a cell held before a late sample changed it, while windows wait to be judged again. */
export interface LateCell {
  /** Index among the line's tracks. */
  readonly track: number;
  readonly cell: number;
  /** NaN: nothing. */
  readonly before: number;
}

/** A line without its cells. */
export interface LineImage {
  readonly latestMs: number;
  readonly watermarkMs: number;
  /** In the order of `LineNames.definitions`. */
  readonly windows: readonly SavedWindows[];
  readonly late: readonly LateCell[];
}

/** The line as it is; its watermark has reached its goal, or nothing of what follows from that has happened. */
export function imageOf(line: LineState): LineImage {
  const late: LateCell[] = [];
  let first = 0;
  for (const { ring } of line.rings) {
    const offset = first;
    ring.eachBefore((track, cell, before) => late.push({ track: offset + track, cell, before }));
    first += ring.trackCount;
  }
  return {
    latestMs: line.latestMs,
    watermarkMs: line.watermarkMs,
    windows: line.windows.map((window) => window.save()),
    late,
  };
}

interface Place {
  readonly ring: RingState;
  readonly track: number;
  /** As in its name. */
  readonly since: number;
}

/** A line that is being put back: first the image, then its cells, then `finish`. */
export class LineRestorer {
  readonly #line: LineState;
  readonly #image: LineImage;
  readonly #names: LineNames;
  readonly #places: Map<string, Place> = new Map();

  /**
   * @param line fresh
   * @param own its names
   * @param names those of the image
   */
  constructor(line: LineState, own: LineNames, image: LineImage, names: LineNames) {
    this.#line = line;
    this.#image = image;
    this.#names = names;
    let index = 0;
    for (const ring of line.rings) {
      for (let track = 0; track < ring.ring.trackCount; track++) {
        const name = own.tracks[index++]!;
        this.#places.set(trackKey(name), { ring, track, since: name.since ?? 0 });
      }
    }
    const saved = new Map(
      image.windows.map((window, w) => [JSON.stringify(names.definitions[w]), window]),
    );
    for (const window of line.windows) {
      const before = saved.get(JSON.stringify(window.plan.definition));
      if (before !== undefined) window.load(before);
      else if (image.watermarkMs > Number.NEGATIVE_INFINITY) {
        window.sinceMs = image.watermarkMs;
        const end = window.firstEndAfter(image.watermarkMs);
        window.nextEndMs = Math.max(window.nextEndMs, end);
      }
    }
    line.latestMs = image.latestMs;
    line.advanceTo(image.watermarkMs);
    line.moveWatermark();
    for (const ring of line.rings) ring.moveOn(image.watermarkMs);
    line.nextDueMs = line.earliestDue();
  }

  /**
   * Puts cells back, of a track of some names of the line; one that the line does not have is passed over.
   * @param part that they are from; what is older than the track is passed over
   */
  refill(
    names: LineNames,
    track: number,
    points: PointColumns,
    part: number = Number.POSITIVE_INFINITY,
  ): void {
    const place = this.#placeOf(names, track);
    if (place !== undefined && part >= place.since) place.ring.refill(place.track, points);
  }

  #placeOf(names: LineNames, track: number): Place | undefined {
    const name = names.tracks[track];
    if (name === undefined) {
      throw new WindrowError(
        'FORMAT',
        `snapshot: found track ${track} of ${names.tracks.length} of line ${names.lineId}`,
      );
    }
    return this.#places.get(trackKey(name));
  }

  /** Once all cells are in place. */
  finish(): void {
    for (const { track, cell, before } of this.#image.late) {
      const place = this.#placeOf(this.#names, track);
      if (place === undefined || cell < place.ring.ring.base) continue;
      place.ring.remember(place.track, cell, before);
    }
    for (const ring of this.#line.rings) {
      ring.settleIfNothingWaits();
      ring.unchanged();
    }
  }
}
