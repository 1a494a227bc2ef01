/** Samples in order of their time slices; within a slice in the order in which they stood. */
import { SampleColumns, type SampleBatch } from '@windrow/core';

/** Slices and places are packed into the 53 bits of a float64 to be sorted without a comparator. */
const PACKED_MAX = 2 ** 53;

export function sortBySlice(batch: SampleBatch, sliceMs: number): SampleColumns {
  const { length, slots, timestampsMs, values } = batch;
  const sorted = new SampleColumns(batch.dictionary, length);
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < length; i++) {
    const slice = Math.floor(timestampsMs[i]! / sliceMs);
    if (slice < first) first = slice;
    if (slice > last) last = slice;
  }
  const order = new Float64Array(length);
  if ((last - first + 1) * length < PACKED_MAX) {
    for (let i = 0; i < length; i++) {
      order[i] = (Math.floor(timestampsMs[i]! / sliceMs) - first) * length + i;
    }
    order.sort();
    for (let i = 0; i < length; i++) order[i] = order[i]! % length;
  } else {
    const sliceOf = (i: number): number => Math.floor(timestampsMs[i]! / sliceMs);
    for (let i = 0; i < length; i++) order[i] = i;
    order.sort((a, b) => sliceOf(a) - sliceOf(b) || a - b);
  }
  for (let i = 0; i < length; i++) {
    const from = order[i]!;
    sorted.push(slots[from]!, timestampsMs[from]!, values[from]!);
  }
  return sorted;
}
