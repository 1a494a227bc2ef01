/**
 * The plan: how definitions become lines, rings of cells, tracks and windows. Pure; made once, and again when the
 * definitions change.
 *
 *     line ── ring (one resolution) ── track (one metric, one aggregate) ── pane (gcd of what shares the metric)
 *          └─ window (one definition): C channels, each a track of the ring
 *
 * Stage 1 (samples to cells, cells to panes) happens once a track, however many windows use it; stage 2 assembles
 * windows from whole panes, so a pane is the greatest length that divides the size and the step of every window that
 * uses the track. Where that is tiny because two windows have little in common (7 s and 60 s), a track keeps panes of several
 * lengths, each for the windows that it suits, if counting every cell twice costs less than adding up many short panes.
 */
import {
  lookbackCells,
  windowCells,
  type Aggregate,
  type Definition,
  type MetricDictionary,
  type TimeRange,
} from '@windrow/core';
import type { Delivery, DeliveryRule } from './delivery.ts';
import type { EndRange } from './end-range.ts';
import {
  withDeliveries,
  type Undelivered,
  type UndeliveredLine,
} from './internal/plan-deliveries.ts';

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
  /** Lengths of its panes in cells, ascending; nearly always one. */
  readonly panes: readonly number[];
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
  /** For each channel, which of the track's panes it adds up. */
  readonly panes: Int32Array;
  /** Whether its tensors are copied into batches, or lie ready where they are. */
  readonly delivery: Delivery;
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
 * Plans the windows of these targets: those of a line in their order, lines that use the same models beside each other.
 * @param dictionary holds every input of every definition
 * @param rule by which it is chosen how tensors reach their models
 */
export function planWindows(
  targets: readonly WindowTarget[],
  dictionary: MetricDictionary,
  rule: DeliveryRule = 'one_by_one',
): Plan {
  const byLine = new Map<string, number[]>();
  for (const [target, { definition }] of targets.entries()) {
    const members = byLine.get(definition.lineId);
    if (members === undefined) byLine.set(definition.lineId, [target]);
    else members.push(target);
  }
  const lines = besideTheirModels(byLine, targets).map(([lineId, members]) =>
    planLine(lineId, members, targets, dictionary),
  );
  return { targets, lines: withDeliveries(targets, lines, rule) };
}

type Members = readonly [lineId: string, members: readonly number[]];

/**
 * Lines that use the same models stand beside each other: when many fall due at once, windows of one model then meet in its batches
 * while these are in the cache. 15 000 windows of 1500 models, ten lines to each, otherwise met never.
 */
function besideTheirModels(
  byLine: ReadonlyMap<string, readonly number[]>,
  targets: readonly WindowTarget[],
): Members[] {
  const modelsOf = ([, members]: Members): string =>
    JSON.stringify(
      members.map((target) => {
        const { modelIdentifier, modelVersion } = targets[target]!.definition;
        return [modelIdentifier, modelVersion];
      }),
    );
  return [...Map.groupBy(byLine, modelsOf).values()].flat();
}

interface Track {
  readonly slot: number;
  readonly aggregate: Aggregate;
  readonly windows: number[];
}

function planLine(
  lineId: string,
  members: readonly number[],
  targets: readonly WindowTarget[],
  dictionary: MetricDictionary,
): UndeliveredLine {
  const rings: { resolutionMs: number; tracks: Track[]; byKey: Map<string, number> }[] = [];
  const windows = members.map((target, index): Omit<Undelivered, 'panes'> => {
    const { definition, dtype } = targets[target]!;
    let ring = rings.findIndex((r) => r.resolutionMs === definition.resolutionMs);
    if (ring < 0) {
      ring = rings.length;
      rings.push({ resolutionMs: definition.resolutionMs, tracks: [], byKey: new Map() });
    }
    const { tracks, byKey } = rings[ring]!;
    const channels = definition.inputMetricIds.map((id) => {
      const slot = dictionary.intern(id);
      const key = `${slot} ${definition.aggregate}`;
      let track = byKey.get(key);
      if (track === undefined) {
        track = tracks.push({ slot, aggregate: definition.aggregate, windows: [] }) - 1;
        byKey.set(key, track);
      }
      const users = tracks[track]!.windows;
      if (users.at(-1) !== index) users.push(index);
      return track;
    });
    return {
      target,
      definition,
      dtype,
      cells: windowCells(definition),
      lookbackCells: lookbackCells(definition),
      ring,
      tracks: Int32Array.from(channels),
    };
  });
  const planned = rings.map(({ resolutionMs, tracks }) => ({
    resolutionMs,
    tracks: tracks.map((track) => ({
      ...track,
      panes: panesFor(track.windows.map((w) => windows[w]!)),
    })),
  }));
  return {
    lineId,
    rings: planned,
    windows: windows.map((window) => ({
      ...window,
      panes: window.tracks.map((track) => {
        const { panes } = planned[window.ring]!.tracks[track]!;
        return panes.findLastIndex((cells) => ownPane(window) % cells === 0);
      }),
    })),
  };
}

type Sized = Pick<WindowPlan, 'cells' | 'definition'>;

/** The longest pane that divides a window's size and step. */
function ownPane({ cells, definition }: Sized): number {
  return greatestCommonDivisor(cells, definition.stepMs / definition.resolutionMs);
}

/** A track has at most this many lengths of panes: each costs an addition for every sample. */
const PANES_MAX = 4;

/**
 * The lengths of panes for a track with these windows. Cost, in additions for every cell of time: one for each length when the
 * cell is observed, and for each window its panes at each step.
 */
function panesFor(windows: readonly Sized[]): number[] {
  const own = [...new Set(windows.map(ownPane))].toSorted((a, b) => a - b);
  const shared = own.reduce(greatestCommonDivisor);
  if (own.length === 1 || own.length > PANES_MAX) return [shared];
  const reading = (paneOf: (window: Sized) => number): number =>
    windows.reduce((sum, window) => {
      const stepCells = window.definition.stepMs / window.definition.resolutionMs;
      return sum + window.cells / paneOf(window) / stepCells;
    }, 0);
  const sharedCost = 1 + reading(() => shared);
  const ownCost = own.length + reading(ownPane);
  return ownCost < sharedCost ? own : [shared];
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
