/** Stage 2 at work: what happens to a line's windows when its watermark moves. */
import type { TensorViews } from '@windrow/core';
import type { TensorSink } from '../tensor-sink.ts';
import type { WindowState } from '../window-state.ts';
import { COMPLETE, EMPTY } from '../window-verdict.ts';
import type { LineState } from './line-state.ts';
import { rejudge } from './rejudge.ts';
import type { RingState } from './ring-state.ts';

/** Instead of a verdict: the sink must be drained first. */
const FULL = -1;

/**
 * Brings the watermark to where it is going: first judges again the windows that late samples changed, then judges those
 * that become due. False where the sink is full; to be called again then.
 */
export function settleWindows(line: LineState, sink: TensorSink): boolean {
  if (line.goalMs > line.watermarkMs) {
    for (const ring of line.rings) if (!rejudge(ring, sink)) return false;
    line.moveWatermark();
    if (line.nextDueMs === Number.NEGATIVE_INFINITY) line.nextDueMs = line.earliestDue();
  }
  if (line.nextDueMs > line.watermarkMs) return true;
  for (const ring of line.rings) if (!judgeDue(ring, line.watermarkMs, sink)) return false;
  line.nextDueMs = line.earliestDue();
  return true;
}

/** Judges what is due on a ring, as far as its cells reach at a time. */
function judgeDue(state: RingState, watermarkMs: number, sink: TensorSink): boolean {
  for (;;) {
    const reachMs = Math.min(watermarkMs, state.limitMs);
    for (const window of state.windows) {
      if (!judgeUntil(window, reachMs, watermarkMs, sink)) return false;
    }
    if (reachMs === watermarkMs || state.windows.every((w) => isPast(w, watermarkMs))) return true;
    state.moveOn(watermarkMs);
  }
}

function isPast(window: WindowState, watermarkMs: number): boolean {
  return window.nextEndMs > Math.min(watermarkMs, window.range.untilMs);
}

/** Judges a definition's windows up to `reachMs`; passes over those that cannot hold anything. */
function judgeUntil(
  window: WindowState,
  reachMs: number,
  watermarkMs: number,
  sink: TensorSink,
): boolean {
  const { ring, stepMs, range } = window;
  const { resolutionMs } = ring;
  const untilMs = Math.min(reachMs, range.untilMs);
  // Nothing before the ring's base was ever observed, or its windows are judged.
  const firstMs = ring.newest === Number.NEGATIVE_INFINITY ? watermarkMs : ring.base * resolutionMs;
  if (window.nextEndMs <= firstMs) window.nextEndMs = window.firstEndAfter(firstMs);
  const lastMs = (ring.newest + 1) * resolutionMs + window.plan.definition.windowMs;
  const views = viewsFor(window, sink);
  while (window.nextEndMs <= untilMs) {
    const endMs = window.nextEndMs;
    if (endMs >= lastMs) {
      window.nextEndMs =
        watermarkMs === Number.POSITIVE_INFINITY
          ? Number.POSITIVE_INFINITY
          : window.firstEndAfter(watermarkMs);
      return true;
    }
    const verdict = views !== null ? lend(window, endMs, views) : gather(window, endMs, sink);
    if (verdict === FULL) return false;
    if (verdict !== EMPTY) window.count(endMs, verdict);
    window.nextEndMs = endMs + stepMs;
  }
  return true;
}

/** Where the window's own tensor is lent to, if it is. */
function viewsFor(window: WindowState, { views }: TensorSink): TensorViews | null {
  if (views === undefined || window.plan.delivery.kind === 'gather') return null;
  return views.takes(window.target) ? views : null;
}

/** Judges a window and copies its tensor into a row of the sink; FULL, with nothing done, where there is none. */
function gather(window: WindowState, endMs: number, sink: TensorSink): number {
  const verdict = window.coverage(endMs);
  if (verdict !== COMPLETE) return verdict;
  const row = sink.reserve(window.target);
  if (row === null) return FULL;
  const whole = window.assemble(endMs, row);
  if (whole === COMPLETE) sink.commit(window.target, endMs);
  return whole;
}

/** Takes the window's own tensor on to the window, and lends it; FULL, with nothing done, while it is still being read. */
function lend(window: WindowState, endMs: number, views: TensorViews): number {
  if (views.isBusy(window.target)) return FULL;
  const { crawling } = window;
  const verdict = crawling.moveTo(endMs / window.ring.resolutionMs);
  if (verdict === COMPLETE) views.lend(window.target, endMs, crawling.row);
  return verdict;
}
