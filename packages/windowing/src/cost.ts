/**
 * What windows cost, by the published formula of the system that Windrow follows, and what ours takes. Pure.
 *
 * The published figures are bytes through the shuffle of a Beam job, a day, for one definition (window and step in cells
 * of one second; 384 bytes an element, 658 a pane):
 *
 * - one stage, a window element for every sample and overlapping window: `86400/step * inputs * window * 384`
 * - two stages, panes of the gcd of all slides: `86400/step * inputs * 384 + 86400/step * window/gcd * inputs * 658`
 *
 * Ours makes every cell once a track, however many definitions use it. Between the stages stands a pane chunk: in one
 * process a view on memory, across processes about `CHUNK_BYTES_PER_POINT` a cell (see docs/FORMAT.md).
 */
import { greatestCommonDivisor, type LinePlan, type Plan, type WindowPlan } from './plan.ts';

const DAY_S = 86_400;
const ELEMENT_BYTES = 384;
const PANE_BYTES = 658;
/** An encoded cell of decimal sensor data in chunks of about a hundred points, timestamps and headers included. */
export const CHUNK_BYTES_PER_POINT = 1.2;

export interface PlanCost {
  /** Bytes a day if every window took every element. */
  readonly oneStageBytes: number;
  /** Bytes a day with panes of the gcd of all slides that share a metric. */
  readonly twoStageBytes: number;
  /** Bytes a day of our pane chunks, if they are sent from process to process. */
  readonly chunkBytes: number;
  /** Cells a day that stage 1 makes: once a track. */
  readonly cells: number;
  /** Cells a day that windows are made of: once for every window that a cell is part of. */
  readonly windowCells: number;
}

/** Sums over all definitions of a plan, for lines that report all day. */
export function planCost(plan: Plan): PlanCost {
  let oneStageBytes = 0;
  let twoStageBytes = 0;
  let cells = 0;
  let windowCells = 0;
  for (const line of plan.lines) {
    for (const window of line.windows) {
      const published = publishedCost(line, window);
      oneStageBytes += published.oneStageBytes;
      twoStageBytes += published.twoStageBytes;
      const { stepMs } = window.definition;
      windowCells += ((DAY_S * 1000) / stepMs) * window.cells * window.tracks.length;
    }
    for (const ring of line.rings) {
      cells += ((DAY_S * 1000) / ring.resolutionMs) * ring.tracks.length;
    }
  }
  return {
    oneStageBytes,
    twoStageBytes,
    chunkBytes: cells * CHUNK_BYTES_PER_POINT,
    cells,
    windowCells,
  };
}

/** The published formula for one definition; its gcd is that of all windows that share one of its inputs. */
export function publishedCost(
  line: LinePlan,
  window: WindowPlan,
): { readonly oneStageBytes: number; readonly twoStageBytes: number } {
  const { windowMs, stepMs, resolutionMs } = window.definition;
  const windowS = windowMs / 1000;
  const slidesADay = (DAY_S * 1000) / stepMs;
  const inputs = window.tracks.length;
  const { tracks } = line.rings[window.ring]!;
  const shared = Array.from(window.tracks, (track) =>
    tracks[track]!.panes.reduce(greatestCommonDivisor),
  );
  const gcdS = (Math.min(...shared) * resolutionMs) / 1000;
  return {
    oneStageBytes: slidesADay * inputs * windowS * ELEMENT_BYTES,
    twoStageBytes:
      slidesADay * inputs * ELEMENT_BYTES + slidesADay * (windowS / gcdS) * inputs * PANE_BYTES,
  };
}

/** Length of the shortest pane that a window adds up, in cells. */
export function paneCells(line: LinePlan, window: WindowPlan): number {
  const { tracks } = line.rings[window.ring]!;
  return Math.min(
    ...Array.from(window.tracks, (track, c) => tracks[track]!.panes[window.panes[c]!]!),
  );
}
