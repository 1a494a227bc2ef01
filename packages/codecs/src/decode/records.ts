/** Records of 32 bytes as columns. */
import {
  TIMESTAMP_MS_MAX,
  TIMESTAMP_MS_MIN,
  WindrowError,
  assert,
  type SampleColumns,
} from '@windrow/core';
import { viewOf } from '../internal/byte-view.ts';
import { HIGH_WORD, LOW_WORD, wordsOf } from '../internal/float-words.ts';
import { RECORD_BYTES, RECORD_TIMESTAMP_AT } from '../record-layout.ts';

const TWO_32 = 4_294_967_296;

/** Takes a record that is no sample: the offset in `bytes` at which it starts, and why. */
export type RejectRecord = (offset: number, reason: string) => void;

/**
 * Appends the records in `bytes[start .. end)` to `columns`, until they are full or fewer than 32 bytes are left, and
 * returns the offset of the first byte not read: call again with room for more, or with more bytes. Values keep their bits.
 * Ids are interned in the columns' dictionary (`UNKNOWN_SLOT` where a closed one does not hold them). Allocates two views
 * a call and nothing a row.
 *
 * @param reject takes each record with a timestamp outside core's range, which is then left out
 * @throws WindrowError FORMAT at such a record where there is no `reject`
 */
export function decodeRecords(
  bytes: Uint8Array,
  start: number,
  end: number,
  columns: SampleColumns,
  reject?: RejectRecord,
): number {
  assert(start >= 0 && end <= bytes.length, 'the records lie within the bytes');
  const { dictionary, slots, timestampsMs, capacity } = columns;
  const view = viewOf(bytes);
  const words = wordsOf(columns.values);
  let ids = viewOf(dictionary.bytes());
  let likely = 0;
  let at = start;
  let row = columns.length;
  for (; row < capacity && at + RECORD_BYTES <= end; at += RECORD_BYTES) {
    const timestampMs = view.getInt32(at + 16) * TWO_32 + view.getUint32(at + 20);
    if (timestampMs < TIMESTAMP_MS_MIN || timestampMs > TIMESTAMP_MS_MAX) {
      const reason = reasonOf(view, at);
      if (reject === undefined) throw new WindrowError('FORMAT', `record at byte ${at}: ${reason}`);
      reject(at, reason);
      continue;
    }
    const a = view.getUint32(at, true);
    const b = view.getUint32(at + 4, true);
    const c = view.getUint32(at + 8, true);
    const d = view.getUint32(at + 12, true);
    // Sensors are mostly read in turn: the next id is looked at before it is looked up.
    const id = likely * 16;
    if (
      id < ids.byteLength &&
      ids.getUint32(id, true) === a &&
      ids.getUint32(id + 4, true) === b &&
      ids.getUint32(id + 8, true) === c &&
      ids.getUint32(id + 12, true) === d
    ) {
      slots[row] = likely;
    } else {
      likely = dictionary.internWords(a, b, c, d);
      slots[row] = likely;
      if (likely * 16 >= ids.byteLength) ids = viewOf(dictionary.bytes());
    }
    likely++;
    if (likely * 16 >= ids.byteLength) likely = 0;
    timestampsMs[row] = timestampMs;
    words[row * 2 + HIGH_WORD] = view.getUint32(at + 24);
    words[row * 2 + LOW_WORD] = view.getUint32(at + 28);
    row++;
  }
  columns.length = row;
  return at;
}

/** Off the hot path, so that the number is exact. */
function reasonOf(view: DataView, at: number): string {
  const found = view.getBigInt64(at + RECORD_TIMESTAMP_AT).toString();
  return `timestamp: found ${found}, expected ms since 1970 between ${TIMESTAMP_MS_MIN} and ${TIMESTAMP_MS_MAX}`;
}
