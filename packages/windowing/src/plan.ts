/**
 * The plan: how definitions become lines, rings of cells, tracks and windows. Pure; made once, and again when the
 * definitions change.
 *
 *     line ── ring (one resolution) ── track (one metric, one aggregate) ── pane (gcd of what shares the metric)
 *          └─ window (one definition): C channels, each a track of the ring
 *
 * Stage 1 (samples to cells, cells to panes) happens once a track, however many windows use it; stage 2 assembles
 * windows from whole panes, so a pane is the greatest length that divides the size and the step of every window that
 * uses the track.
 */
import {
  lookbackCells,
  windowCells,
  type Aggregate,
  type Definition,
  type MetricDictionary,
  type TimeRange,
} from '@windrow/core';
import type { EndRange } from './end-range.ts';

/** A definition and the type of its model's input, to which tensors are cast. */
export interface WindowTarget {
  readonly definition: Definition;
  readonly dtype: 'float64' | 'float32';
}

/** One metric, aggregated one way, at the resolution of its ring. */
export interface TrackPlan {
  /** Of the metric in the dictionary. */
  readonly slot: number;
  readonly aggregate: Aggregate;
  /** Length of a pane in cells. */
  readonly paneCells: number;
  /** Indices into the line's windows. */
  readonly windows: readonly number[];
}

/** The tracks of a line that share a resolution; their cells stand in one ring. */
export interface RingPlan {
  readonly resolutionMs: number;
  readonly tracks: readonly TrackPlan[];
}

/** One definition's windows. */
export interface WindowPlan {
  /** Index of the definition among all targets. */
  readonly target: number;
  readonly definition: Definition;
  readonly dtype: 'float64' | 'float32';
  /** T. */
  readonly cells: number;
  readonly lookbackCells: number;
  readonly ring: number;
  /** For each of the C channels, the track in that ring. */
  readonly tracks: Int32Array;
}

/** Everything about one line. Lines share no state. */
export interface LinePlan {
  readonly lineId: string;
  readonly rings: readonly RingPlan[];
  readonly windows: readonly WindowPlan[];
}

export interface Plan {
  readonly targets: readonly WindowTarget[];
  readonly lines: readonly LinePlan[];
}

/**
 * Plans the windows of these targets, in their order.
 * @param dictionary holds every input of every definition
 */
export function planWindows(targets: readonly WindowTarget[], dictionary: MetricDictionary): Plan {
  const byLine = new Map<string, number[]>();
  for (const [target, { definition }] of targets.entries()) {
    const members = byLine.get(definition.lineId);
    if (members === undefined) byLine.set(definition.lineId, [target]);
    else members.push(target);
  }
  const lines = Array.from(byLine, ([lineId, members]) =>
    planLine(lineId, members, targets, dictionary),
  );
  return { targets, lines };
}

interface Track {
  readonly slot: number;
  readonly aggregate: Aggregate;
  paneCells: number;
  readonly windows: number[];
}

function planLine(
  lineId: string,
  members: readonly number[],
  targets: readonly WindowTarget[],
  dictionary: MetricDictionary,
): LinePlan {
  const rings: { resolutionMs: number; tracks: Track[]; byKey: Map<string, number> }[] = [];
  const windows = members.map((target, index): WindowPlan => {
    const { definition, dtype } = targets[target]!;
    let ring = rings.findIndex((r) => r.resolutionMs === definition.resolutionMs);
    if (ring < 0) {
      ring = rings.length;
      rings.push({ resolutionMs: definition.resolutionMs, tracks: [], byKey: new Map() });
    }
    const { tracks, byKey } = rings[ring]!;
    const cells = windowCells(definition);
    const pane = greatestCommonDivisor(cells, definition.stepMs / definition.resolutionMs);
    const channels = definition.inputMetricIds.map((id) => {
      const slot = dictionary.intern(id);
      const key = `${slot} ${definition.aggregate}`;
      const known = byKey.get(key);
      if (known !== undefined) {
        const track = tracks[known]!;
        track.paneCells = greatestCommonDivisor(track.paneCells, pane);
        if (track.windows.at(-1) !== index) track.windows.push(index);
        return known;
      }
      byKey.set(key, tracks.length);
      return (
        tracks.push({ slot, aggregate: definition.aggregate, paneCells: pane, windows: [index] }) -
        1
      );
    });
    return {
      target,
      definition,
      dtype,
      cells,
      lookbackCells: lookbackCells(definition),
      ring,
      tracks: Int32Array.from(channels),
    };
  });
  return {
    lineId,
    rings: rings.map(({ resolutionMs, tracks }) => ({ resolutionMs, tracks })),
    windows,
  };
}

/** Of two positive integers. */
export function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/**
 * The samples that the windows of a range need: from the earliest first window's start, less its lookback, to the range's
 * end.
 */
export function neededRange(targets: readonly WindowTarget[], range: EndRange): TimeRange {
  let startMs = Number.POSITIVE_INFINITY;
  for (const { definition } of targets) {
    const firstEndMs = (Math.floor(range.afterMs / definition.stepMs) + 1) * definition.stepMs;
    const reachMs = definition.windowMs + lookbackCells(definition) * definition.resolutionMs;
    startMs = Math.min(startMs, firstEndMs - reachMs);
  }
  return { startMs, endMs: range.untilMs };
}
