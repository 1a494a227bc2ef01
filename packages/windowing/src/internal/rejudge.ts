/**
 * Judging open windows again after late samples. A window is handed to the sink only if it has a tensor now and had
 * none, or other bytes, before: the ring is put back to what it held for a moment to make the old tensors. Bytes are those
 * of the float64 tensor, before the cast to the type of the model's input.
 */
import type { TensorSink } from '../tensor-sink.ts';
import type { WindowState } from '../window-state.ts';
import { COMPLETE } from '../window-verdict.ts';
import type { RingState } from './ring-state.ts';

/** Old tensors are made for this many numbers at a time. */
const SCRATCH_LENGTH = 1 << 18;
const ENDS_MAX = 64;

/** Judges all marked windows of a ring again; false where the sink is full (the rest stays marked). */
export function rejudge(state: RingState, sink: TensorSink): boolean {
  for (const window of state.windows) {
    while (window.dirty.count > 0) if (!rejudgeSome(state, window, sink)) return false;
  }
  state.settled();
  return true;
}

function rejudgeSome(state: RingState, window: WindowState, sink: TensorSink): boolean {
  const ends: number[] = [];
  const length = window.tensorLength;
  const room = Math.max(1, Math.min(ENDS_MAX, Math.floor(SCRATCH_LENGTH / length)));
  const count = window.dirty.first(ends, room);
  const old = { data: new Float64Array(count * length), offset: 0 };
  const now = { data: new Float64Array(length), offset: 0 };
  state.ring.swapBefore();
  const before = ends.map((end, i) => {
    old.offset = i * length;
    return window.judge(end, old);
  });
  state.ring.swapBefore();
  for (const [i, end] of ends.entries()) {
    const verdict = window.judge(end, now);
    const scored = before[i] === COMPLETE;
    if (verdict === COMPLETE && !(scored && sameBytes(now.data, old.data, i * length))) {
      const row = sink.reserve(window.target);
      if (row === null) return false;
      window.assemble(end, row);
      sink.commit(window.target, end);
      if (scored) window.countRescored();
    }
    window.recount(end, before[i]!, verdict);
    window.dirty.clear(end);
  }
  return true;
}

/** Whether `b[start .. start + a.length)` holds the bytes of `a`; NaNs are all the one quiet NaN. */
function sameBytes(a: Float64Array, b: Float64Array, start: number): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[start + i])) return false;
  return true;
}
