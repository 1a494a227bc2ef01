/** Stage 2 at work: what happens to a line's windows when its watermark moves. */
import type { TensorSink } from '../tensor-sink.ts';
import { COMPLETE, EMPTY, type WindowState } from '../window-state.ts';
import type { LineState } from './line-state.ts';
import { rejudge } from './rejudge.ts';
import type { RingState } from './ring-state.ts';

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
  while (window.nextEndMs <= untilMs) {
    const endMs = window.nextEndMs;
    if (endMs >= lastMs) {
      window.nextEndMs =
        watermarkMs === Number.POSITIVE_INFINITY
          ? Number.POSITIVE_INFINITY
          : window.firstEndAfter(watermarkMs);
      return true;
    }
    let verdict = window.coverage(endMs);
    if (verdict === COMPLETE) {
      const row = sink.reserve(window.target);
      if (row === null) return false;
      verdict = window.assemble(endMs, row);
      if (verdict === COMPLETE) sink.commit(window.target, endMs);
    }
    if (verdict !== EMPTY) window.count(endMs, verdict);
    window.nextEndMs = endMs + stepMs;
  }
  return true;
}
