/**
 * A window as it is now, with what each of its numbers stands on: for monitoring, export and people who ask. It is made anew from the
 * cells, and disturbs nothing.
 */
import type { CellAggregator } from './cell-aggregator.ts';
import type { WindowState } from './window-state.ts';
import { BELOW_COVERAGE, COMPLETE, EMPTY, INCOMPLETE } from './window-verdict.ts';

const VERDICTS: Readonly<Record<number, WindowInspection['verdict']>> = {
  [EMPTY]: 'empty',
  [BELOW_COVERAGE]: 'below_coverage',
  [INCOMPLETE]: 'incomplete',
  [COMPLETE]: 'complete',
};

/** Age of a number that stands on no observation. */
export const NO_OBSERVATION = -1;

export interface WindowInspection {
  readonly windowStartMs: number;
  /** Exclusive. */
  readonly windowEndMs: number;
  readonly verdict: 'complete' | 'incomplete' | 'below_coverage' | 'empty';
  /** `[C, T]` or `[T, C]`, by the definition's layout; that of all that follows. */
  readonly shape: readonly [number, number];
  /** After filling, as the model would get it, before the cast; missing cells are NaN, whatever the verdict. */
  readonly tensor: Float64Array;
  /** 1 where something was observed in the cell itself. */
  readonly observed: Uint8Array;
  /**
   * How many cells back the observation is on which the number stands: 0 the cell's own; with the fill `linear` the earlier of the two.
   * `NO_OBSERVATION` where the cell is missing or a constant.
   */
  readonly ageCells: Int32Array;
  /**
   * Distinct samples of each cell. null for `last`, `first`, `min` and `max`: they keep one sample a cell, and not how many there were, as
   * that would need all of them to tell a repeated one.
   */
  readonly sampleCounts: Int32Array | null;
}

/**
 * Looks at the window that ends at `endMs`.
 * @param aggregator that of its ring
 * @returns null where its cells are not all held: it is too far back, or nothing has come yet
 */
export function inspectWindow(
  window: WindowState,
  aggregator: CellAggregator,
  endMs: number,
): WindowInspection | null {
  const { ring, plan } = window;
  const { definition, cells, tracks, lookbackCells } = plan;
  const end = endMs / definition.resolutionMs;
  const first = end - cells;
  const isHeld = Number.isFinite(ring.base) && first - lookbackCells >= ring.base;
  if (!isHeld || end > ring.limit) return null;
  const length = tracks.length * cells;
  const tensor = new Float64Array(length);
  const verdict = window.look(endMs, { data: tensor, offset: 0 });
  const isTimeMajor = definition.layout === 'time_major';
  const isConstant = definition.fill.method === 'constant';
  const observed = new Uint8Array(length);
  const ageCells = new Int32Array(length).fill(NO_OBSERVATION);
  const counts = new Int32Array(length);
  const keepsCounts = aggregator.keepsCounts(tracks[0]!);
  for (const [c, track] of tracks.entries()) {
    let latest = Number.NEGATIVE_INFINITY;
    for (let cell = first - lookbackCells; cell < end; cell++) {
      const at = track * ring.capacity + ring.place(cell);
      const isObserved = !Number.isNaN(ring.values[at]!);
      if (isObserved) latest = cell;
      if (cell < first) continue;
      const t = cell - first;
      const to = isTimeMajor ? t * tracks.length + c : c * cells + t;
      if (isObserved) {
        observed[to] = 1;
        if (keepsCounts) counts[to] = aggregator.sampleCount(track, cell);
      }
      const standsOnOne = isObserved || (!isConstant && !Number.isNaN(tensor[to]!));
      if (standsOnOne) ageCells[to] = cell - latest;
    }
  }
  return {
    windowStartMs: endMs - definition.windowMs,
    windowEndMs: endMs,
    verdict: VERDICTS[verdict]!,
    shape: isTimeMajor ? [cells, tracks.length] : [tracks.length, cells],
    tensor,
    observed,
    ageCells,
    sampleCounts: keepsCounts ? counts : null,
  };
}
