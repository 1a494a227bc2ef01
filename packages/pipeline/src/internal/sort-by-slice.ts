/** Samples in order of their time slices; within a slice in the order in which they stood. */
import { SampleColumns, type SampleBatch } from '@windrow/core';

/** Slices are counted where there are not many times more of them than samples. */
const SLICES_PER_SAMPLE_MAX = 4;

/** @param batch at least one sample */
export function sortBySlice(batch: SampleBatch, sliceMs: number): SampleColumns {
  const { length, timestampsMs } = batch;
  const slices = new Float64Array(length);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const slice = Math.floor(timestampsMs[i]! / sliceMs);
    slices[i] = slice;
    if (slice < first) first = slice;
    if (slice > last) last = slice;
  }
  const sorted = new SampleColumns(batch.dictionary, length);
  const count = last - first + 1;
  const places =
    count <= length * SLICES_PER_SAMPLE_MAX
      ? placesByCount(slices, first, count)
      : placesBySort(slices);
  for (let i = 0; i < length; i++) {
    const to = places[i]!;
    sorted.slots[to] = batch.slots[i]!;
    sorted.timestampsMs[to] = timestampsMs[i]!;
    sorted.values[to] = batch.values[i]!;
  }
  sorted.length = length;
  return sorted;
}

/** Where each sample goes: behind all of the slices before, and those of its own that came before it. */
function placesByCount(slices: Float64Array, first: number, count: number): Int32Array {
  const next = new Int32Array(count + 1);
  for (let i = 0; i < slices.length; i++) {
    const own = slices[i]! - first + 1;
    next[own] = next[own]! + 1;
  }
  for (let slice = 0; slice < count; slice++) next[slice + 1] = next[slice + 1]! + next[slice]!;
  const places = new Int32Array(slices.length);
  for (let i = 0; i < slices.length; i++) {
    const own = slices[i]! - first;
    places[i] = next[own]!;
    next[own] = places[i]! + 1;
  }
  return places;
}

function placesBySort(slices: Float64Array): Int32Array {
  const order = Int32Array.from(slices, (_, i) => i);
  order.sort((a, b) => slices[a]! - slices[b]! || a - b);
  const places = new Int32Array(slices.length);
  for (let to = 0; to < order.length; to++) places[order[to]!] = to;
  return places;
}
