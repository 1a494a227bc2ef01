/**
 * The state of one line as plain data, and a line that goes on from it. Tracks are named by metric, aggregate and
 * resolution, windows by their definitions, so that an image fits a line with other definitions too: what they have in
 * common goes on undisturbed, a new window finds what the old ones still held, and what nobody asks for any more is left.
 */
import type { Aggregate, Definition, MetricDictionary } from '@windrow/core';
import type { LineState } from '../internal/line-state.ts';
import type { RingState } from '../internal/ring-state.ts';
import type { PointColumns } from '../point-columns.ts';
import type { SavedWindows } from '../window-state.ts';

/** Which cells: one metric, one aggregate, one resolution. */
export interface TrackName {
  readonly metricId: string;
  readonly aggregate: Aggregate;
  readonly resolutionMs: number;
}

/** What a cell held before a late sample changed it, while windows wait to be judged again. */
export interface LateCell extends TrackName {
  readonly cell: number;
  /** null: nothing. */
  readonly before: number | null;
}

/** A line without its cells. */
export interface LineImage {
  readonly lineId: string;
  readonly latestMs: number;
  readonly watermarkMs: number;
  readonly windows: readonly (SavedWindows & { readonly definition: Definition })[];
  readonly late: readonly LateCell[];
}

/** Takes the samples that make a track's cells; the columns are valid during the call. */
export type TrackVisitor = (track: TrackName, points: PointColumns) => void;

/** The line as it is; its watermark has reached its goal. */
export function imageOf(line: LineState, dictionary: MetricDictionary): LineImage {
  const late: LateCell[] = [];
  for (const [r, state] of line.rings.entries()) {
    state.ring.eachBefore((track, cell, before) => {
      const name = trackName(line, r, track, dictionary);
      late.push({ ...name, cell, before: Number.isNaN(before) ? null : before });
    });
  }
  return {
    lineId: line.plan.lineId,
    latestMs: line.latestMs,
    watermarkMs: line.watermarkMs,
    windows: line.windows.map((window) => ({
      ...window.save(),
      definition: window.plan.definition,
    })),
    late,
  };
}

/** Visits the cells of every track: all, or those that may have changed since this was last called. */
export function visitTracks(
  line: LineState,
  dictionary: MetricDictionary,
  onlyChanged: boolean,
  visit: TrackVisitor,
): void {
  for (const [r, state] of line.rings.entries()) {
    state.collect(onlyChanged, (track, points) =>
      visit(trackName(line, r, track, dictionary), points),
    );
  }
}

function trackName(
  line: LineState,
  ring: number,
  track: number,
  dictionary: MetricDictionary,
): TrackName {
  const { resolutionMs, tracks } = line.plan.rings[ring]!;
  const { slot, aggregate } = tracks[track]!;
  return { metricId: dictionary.text(slot), aggregate, resolutionMs };
}

/** A line that is being put back: first the image, then its cells, then `finish`. */
export class LineRestorer {
  readonly #line: LineState;
  readonly #image: LineImage;
  readonly #tracks: Map<string, { ring: RingState; track: number }> = new Map();

  /** @param line fresh */
  constructor(line: LineState, image: LineImage, dictionary: MetricDictionary) {
    this.#line = line;
    this.#image = image;
    for (const [r, ring] of line.rings.entries()) {
      for (let track = 0; track < ring.ring.trackCount; track++) {
        this.#tracks.set(keyOf(trackName(line, r, track, dictionary)), { ring, track });
      }
    }
    const saved = new Map(image.windows.map((w) => [JSON.stringify(w.definition), w]));
    for (const window of line.windows) {
      const own = saved.get(JSON.stringify(window.plan.definition));
      if (own !== undefined) window.load(own);
      else if (image.watermarkMs > Number.NEGATIVE_INFINITY) {
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

  /** Puts a track's cells back; a track that the line does not have is passed over. */
  refill(name: TrackName, points: PointColumns): void {
    const own = this.#tracks.get(keyOf(name));
    own?.ring.refill(own.track, points);
  }

  /** Once all cells are in place. */
  finish(): void {
    for (const { cell, before, ...name } of this.#image.late) {
      const own = this.#tracks.get(keyOf(name));
      if (own === undefined || cell < own.ring.ring.base) continue;
      own.ring.remember(own.track, cell, before ?? Number.NaN);
    }
    for (const ring of this.#line.rings) {
      ring.settleIfNothingWaits();
      ring.unchanged();
    }
  }
}

function keyOf({ metricId, aggregate, resolutionMs }: TrackName): string {
  return `${metricId} ${aggregate} ${resolutionMs}`;
}
