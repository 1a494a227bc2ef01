/** Samples as records of 32 bytes. */
import { TIMESTAMP_MS_MAX, TIMESTAMP_MS_MIN, assert, type SampleBatch } from '@windrow/core';
import { viewOf } from '../internal/byte-view.ts';
import { HIGH_WORD, LOW_WORD, wordsOf } from '../internal/float-words.ts';
import { RECORD_BYTES } from '../record-layout.ts';

const TWO_32 = 4_294_967_296;

/**
 * Writes all rows of `batch` to `out[offset .. offset + 32 * batch.length)` and returns where they end. Values keep their
 * bits. Allocates three views a call and nothing a row.
 *
 * Every row must have a slot of the dictionary and an integer timestamp in core's range, and `out` must have the room;
 * anything else is the caller's mistake and fails an assertion.
 */
export function encodeRecords(batch: SampleBatch, out: Uint8Array, offset: number): number {
  const { dictionary, length, slots, timestampsMs } = batch;
  const end = offset + length * RECORD_BYTES;
  assert(offset >= 0 && end <= out.length, 'out has room for the records');
  const view = viewOf(out);
  const ids = viewOf(dictionary.bytes());
  const words = wordsOf(batch.values);
  const slotCount = dictionary.size;
  let at = offset;
  for (let row = 0; row < length; row++) {
    const slot = slots[row]!;
    assert(slot >= 0 && slot < slotCount, 'a row to be written has an id');
    const id = slot * 16;
    view.setInt32(at, ids.getInt32(id));
    view.setInt32(at + 4, ids.getInt32(id + 4));
    view.setInt32(at + 8, ids.getInt32(id + 8));
    view.setInt32(at + 12, ids.getInt32(id + 12));
    const timestampMs = timestampsMs[row]!;
    assert(
      timestampMs >= TIMESTAMP_MS_MIN &&
        timestampMs <= TIMESTAMP_MS_MAX &&
        Math.floor(timestampMs) === timestampMs,
      'timestamps are integers in range',
    );
    const high = Math.floor(timestampMs / TWO_32);
    view.setInt32(at + 16, high);
    view.setUint32(at + 20, timestampMs - high * TWO_32);
    view.setUint32(at + 24, words[row * 2 + HIGH_WORD]!);
    view.setUint32(at + 28, words[row * 2 + LOW_WORD]!);
    at += RECORD_BYTES;
  }
  return at;
}
