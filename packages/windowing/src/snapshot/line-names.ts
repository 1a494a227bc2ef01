/**
 * What the parts of a line are called, so that its image fits a line with other definitions too: tracks by metric, aggregate and
 * resolution, windows by their definitions. It changes only when the line's definitions do.
 */
import { crc32 } from 'node:zlib';
import {
  WindrowError,
  type Aggregate,
  type Definition,
  type MetricDictionary,
} from '@windrow/core';
import type { LinePlan } from '../plan.ts';

/** Which cells: one metric, one aggregate, one resolution. */
export interface TrackName {
  readonly metricId: string;
  readonly aggregate: Aggregate;
  readonly resolutionMs: number;
  /**
   * Number of the first part with cells of the track; left out where that is 0. Parts before it may have cells of one that was called the
   * same and went away with its definitions.
   */
  readonly since?: number;
}

export class LineNames {
  readonly lineId: string;
  /** Ring by ring. */
  readonly tracks: readonly TrackName[];
  /** Of the windows. */
  readonly definitions: readonly Definition[];
  /** JSON, in UTF-8. */
  readonly bytes: Uint8Array;
  /** CRC32 of the bytes: the line has another after its definitions changed. */
  readonly fingerprint: number;

  constructor(
    lineId: string,
    tracks: readonly TrackName[],
    definitions: readonly Definition[],
    bytes?: Uint8Array,
  ) {
    this.lineId = lineId;
    this.tracks = tracks;
    this.definitions = definitions;
    this.bytes = bytes ?? new TextEncoder().encode(JSON.stringify({ lineId, tracks, definitions }));
    this.fingerprint = crc32(this.bytes);
  }

  /** @param sinceOf says since which part there is a track, by its key */
  static of(
    plan: LinePlan,
    dictionary: MetricDictionary,
    sinceOf: (key: string) => number,
  ): LineNames {
    const tracks = plan.rings.flatMap(({ resolutionMs, tracks: own }) =>
      own.map(({ slot, aggregate }): TrackName => {
        const name = { metricId: dictionary.text(slot), aggregate, resolutionMs };
        const since = sinceOf(trackKey(name));
        return since === 0 ? name : { ...name, since };
      }),
    );
    const definitions = plan.windows.map((window) => window.definition);
    return new LineNames(plan.lineId, tracks, definitions);
  }

  /**
   * Back from bytes whose checksum was verified.
   * @throws WindrowError FORMAT where they are no names
   */
  static read(bytes: Uint8Array): LineNames {
    try {
      const text = new TextDecoder().decode(bytes);
      const { lineId, tracks, definitions } = JSON.parse(text) as LineNames;
      return new LineNames(lineId, tracks, definitions, bytes);
    } catch (cause) {
      throw new WindrowError('FORMAT', 'snapshot: found no names of a line', { cause });
    }
  }
}

/** Tells the names of lines, and those of a line before and after its definitions changed, apart. */
export function namesKey({
  lineId,
  fingerprint,
}: {
  readonly lineId: string;
  readonly fingerprint: number;
}): string {
  return `${lineId} ${fingerprint}`;
}

/** Tells tracks apart. */
export function trackKey({ metricId, aggregate, resolutionMs }: TrackName): string {
  return `${metricId} ${aggregate} ${resolutionMs}`;
}
