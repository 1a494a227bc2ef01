/** Samples as records of 32 bytes. */
import { TIMESTAMP_MS_MAX, TIMESTAMP_MS_MIN, assert, type SampleBatch } from '@windrow/core';
import { viewOf } from '../internal/byte-view.ts';
import { HIGH_WORD, LOW_WORD, wordsOf } from '../internal/float-words.ts';
import { kernels, type Kernels } from '../internal/kernels.ts';
import {
  RECORDS_AT_ONCE,
  RECORD_IDS_MAX,
  copyIds,
  recordBytes,
  recordIds,
  recordSlots,
  recordTimestamps,
  recordValues,
} from '../internal/record-room.ts';
import { RECORD_BYTES } from '../record-layout.ts';

const TWO_32 = 4_294_967_296;

/**
 * Writes all rows of `batch` to `out[offset .. offset + 32 * batch.length)` and returns where they end. Values keep their
 * bits. Allocates some views a thousand rows and nothing a row.
 *
 * Every row must have a slot of the dictionary and an integer timestamp in core's range, and `out` must have the room;
 * anything else is the caller's mistake and fails an assertion.
 */
export function encodeRecords(batch: SampleBatch, out: Uint8Array, offset: number): number {
  const { dictionary, length } = batch;
  const end = offset + length * RECORD_BYTES;
  assert(offset >= 0 && end <= out.length, 'out has room for the records');
  // The ids are worth copying where there are not fewer rows.
  let from = 0;
  if (kernels !== null && dictionary.size <= Math.min(length, RECORD_IDS_MAX)) {
    copyIds(dictionary);
    from = encodeByKernel(kernels, batch, out, offset);
  }
  encodeRows(batch, from, out, offset);
  return end;
}

/** Encodes the rows up to one that is none, and returns how many. */
function encodeByKernel(by: Kernels, batch: SampleBatch, out: Uint8Array, offset: number): number {
  const { dictionary, length, slots, timestampsMs, values } = batch;
  for (let from = 0; from < length;) {
    const count = Math.min(length - from, RECORDS_AT_ONCE);
    recordSlots.set(slots.subarray(from, from + count));
    recordTimestamps.set(timestampsMs.subarray(from, from + count));
    recordValues.set(values.subarray(from, from + count));
    const written = by.encodeRecords(
      recordSlots.byteOffset,
      recordTimestamps.byteOffset,
      recordValues.byteOffset,
      count,
      recordIds.byteOffset,
      dictionary.size,
      recordBytes.byteOffset,
    );
    out.set(recordBytes.subarray(0, written * RECORD_BYTES), offset + from * RECORD_BYTES);
    from += written;
    if (written < count) return from;
  }
  return length;
}

function encodeRows(batch: SampleBatch, from: number, out: Uint8Array, offset: number): void {
  const { dictionary, length, slots, timestampsMs } = batch;
  const view = viewOf(out);
  const ids = viewOf(dictionary.bytes());
  const words = wordsOf(batch.values);
  const slotCount = dictionary.size;
  let at = offset + from * RECORD_BYTES;
  for (let row = from; row < length; row++) {
    const slot = slots[row]!;
    assert(slot >= 0 && slot < slotCount, 'a row to be written has an id');
    const id = slot * 16;
    view.setInt32(at, ids.getInt32(id));
    view.setInt32(at + 4, ids.getInt32(id + 4));
    view.setInt32(at + 8, ids.getInt32(id + 8));
    view.setInt32(at + 12, ids.getInt32(id + 12));
    const timestampMs = timestampsMs[row]!;
    const high = Math.floor(timestampMs / TWO_32);
    const low = timestampMs - high * TWO_32;
    const lowWord = low >>> 0;
    assert(
      lowWord === low && timestampMs >= TIMESTAMP_MS_MIN && timestampMs <= TIMESTAMP_MS_MAX,
      'timestamps are integers in range',
    );
    view.setInt32(at + 16, high);
    view.setInt32(at + 20, lowWord);
    view.setInt32(at + 24, words[row * 2 + HIGH_WORD]!);
    view.setInt32(at + 28, words[row * 2 + LOW_WORD]!);
    at += RECORD_BYTES;
  }
}
