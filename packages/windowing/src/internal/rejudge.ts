/**
 * Judging open windows again after late samples. A window is handed to the sink only if it has a tensor now and had
 * none, or other bytes, before: the ring is put back to what it held for a moment to make the old tensors.
 */
import type { TensorRow } from '@windrow/core';
import type { TensorSink } from '../tensor-sink.ts';
import { COMPLETE, type WindowState } from '../window-state.ts';
import type { RingState } from './ring-state.ts';

/** Old tensors are made for this many numbers at a time. */
const SCRATCH_LENGTH = 1 << 18;
const ENDS_MAX = 64;

/** Judges all marked windows of a ring again; false where the sink is full (the rest stays marked). */
export function rejudge(state: RingState, sink: TensorSink): boolean {
  for (const window of state.windows) {
    while (window.dirty.count > 0) if (!rejudgeSome(state, window, sink)) return false;
  }
  state.ring.forgetBefore();
  return true;
}

function rejudgeSome(state: RingState, window: WindowState, sink: TensorSink): boolean {
  const ends: number[] = [];
  const length = window.tensorLength;
  const room = Math.max(1, Math.min(ENDS_MAX, Math.floor(SCRATCH_LENGTH / length)));
  const count = window.dirty.first(ends, room);
  const old = {
    data:
      window.plan.dtype === 'float32'
        ? new Float32Array(count * length)
        : new Float64Array(count * length),
    offset: 0,
  };
  state.ring.swapBefore();
  const before = ends.map((end, i) => {
    const verdict = window.coverage(end);
    if (verdict !== COMPLETE) return verdict;
    old.offset = i * length;
    return window.assemble(end, old);
  });
  state.ring.swapBefore();
  for (const [i, end] of ends.entries()) {
    let verdict = window.coverage(end);
    if (verdict === COMPLETE) {
      const row = sink.reserve(window.plan.target);
      if (row === null) return false;
      verdict = window.assemble(end, row);
      old.offset = i * length;
      if (verdict === COMPLETE && (before[i] !== COMPLETE || !sameBytes(row, old, length))) {
        sink.commit(window.plan.target, end);
        if (before[i] === COMPLETE) window.countRescored();
      }
    }
    window.recount(end, before[i]!, verdict);
    window.dirty.clear(end);
  }
  return true;
}

function sameBytes(a: TensorRow, b: TensorRow, length: number): boolean {
  for (let i = 0; i < length; i++) {
    if (!Object.is(a.data[a.offset + i], b.data[b.offset + i])) return false;
  }
  return true;
}
