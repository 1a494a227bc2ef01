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
import { kernelResults, kernels, type Kernels } from '../internal/kernels.ts';
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
import { RECORD_BYTES, RECORD_TIMESTAMP_AT } from '../record-layout.ts';

const TWO_32 = 4_294_967_296;
/** High words of timestamps that are surely in range, and which, one below or above, may be. */
const HIGH_MAX: number = Math.floor(TIMESTAMP_MS_MAX / TWO_32) - 1;

/** Records that are looked up one by one, where they were not in turn, before that is tried again. */
const RECORDS_LOOKED_UP: number = 8 * RECORDS_AT_ONCE;
/** So many ids out of turn are no sign. */
const FEW = 4;

const recordView: DataView = viewOf(recordBytes);
const recordWords: Uint32Array = wordsOf(recordValues);

/** Takes a record that is no sample: the offset in `bytes` at which it starts, and why. */
export type RejectRecord = (offset: number, reason: string) => void;

/**
 * Appends the records in `bytes[start .. end)` to `columns`, until they are full or fewer than 32 bytes are left, and
 * returns the offset of the first byte not read: call again with room for more, or with more bytes. Values keep their bits.
 * Ids are interned in the columns' dictionary (`UNKNOWN_SLOT` where a closed one does not hold them). Allocates some views
 * a thousand rows and nothing a row.
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
  const { dictionary } = columns;
  let at = start;
  for (let isInTurn = true; ;) {
    const rows = Math.min(columns.capacity - columns.length, Math.floor((end - at) / RECORD_BYTES));
    // The ids are worth copying where there are not fewer rows.
    const isSmall = dictionary.size <= Math.min(rows, RECORD_IDS_MAX);
    if (kernels === null || rows === 0 || !isSmall) {
      return decodeAny(bytes, at, end, columns, reject);
    }
    if (isInTurn) {
      const piece = { at, count: Math.min(rows, RECORDS_AT_ONCE) };
      isInTurn = decodeInTurn(kernels, bytes, piece, columns, reject);
      at += piece.count * RECORD_BYTES;
    } else {
      const count = Math.min(rows, RECORDS_LOOKED_UP);
      at = decodeAny(bytes, at, at + count * RECORD_BYTES, columns, reject);
      isInTurn = true;
    }
  }
}

/** Records in the bytes: where they start, and how many. */
interface Piece {
  readonly at: number;
  readonly count: number;
}

/** Decodes records whose ids are mostly those of the dictionary in turn; says whether they were. */
function decodeInTurn(
  by: Kernels,
  bytes: Uint8Array,
  piece: Piece,
  columns: SampleColumns,
  reject: RejectRecord | undefined,
): boolean {
  const { slots, dictionary } = columns;
  const { at, count } = piece;
  recordBytes.set(bytes.subarray(at, at + count * RECORD_BYTES));
  let likely = columns.length > 0 ? slots[columns.length - 1]! + 1 : 0;
  let others = 0;
  let rows = 0;
  for (let done = 0; done < count; done++) {
    const idCount = dictionary.size;
    if (idCount > 0 && idCount <= RECORD_IDS_MAX) {
      copyIds(dictionary);
      if (likely >= idCount) likely = 0;
      const found = readRows(by, { done, rows, count, idCount, likely });
      done += found;
      rows += found;
      if (done === count) break;
      likely = kernelResults[0]!;
    }
    // This one has another id, or a timestamp out of range.
    others++;
    const record = done * RECORD_BYTES;
    const timestampMs =
      recordView.getInt32(record + 16) * TWO_32 + recordView.getUint32(record + 20);
    if (timestampMs < TIMESTAMP_MS_MIN || timestampMs > TIMESTAMP_MS_MAX) {
      appendRows(columns, rows);
      rows = 0;
      refuse(viewOf(bytes), at + record, reject);
      continue;
    }
    const slot = dictionary.internBytes(recordBytes, record);
    recordSlots[rows] = slot;
    recordTimestamps[rows] = timestampMs;
    recordWords[rows * 2 + HIGH_WORD] = recordView.getInt32(record + 24);
    recordWords[rows * 2 + LOW_WORD] = recordView.getInt32(record + 28);
    rows++;
    likely = slot + 1;
  }
  appendRows(columns, rows);
  return others * 8 < count || others < FEW;
}

/** Reads records until one has another id than is likely, or no timestamp in range. */
function readRows(
  by: Kernels,
  from: {
    readonly done: number;
    readonly rows: number;
    readonly count: number;
    readonly idCount: number;
    readonly likely: number;
  },
): number {
  const { done, rows, count, idCount, likely } = from;
  return by.decodeRecords(
    recordBytes.byteOffset + done * RECORD_BYTES,
    count - done,
    recordIds.byteOffset,
    idCount,
    likely,
    recordSlots.byteOffset + rows * 4,
    recordTimestamps.byteOffset + rows * 8,
    recordValues.byteOffset + rows * 8,
  );
}

function appendRows(columns: SampleColumns, rows: number): void {
  const { slots, timestampsMs, values, length } = columns;
  slots.set(recordSlots.subarray(0, rows), length);
  timestampsMs.set(recordTimestamps.subarray(0, rows), length);
  values.set(recordValues.subarray(0, rows), length);
  columns.length = length + rows;
}

/** Decodes records with any ids, as `decodeRecords` says. */
function decodeAny(
  bytes: Uint8Array,
  start: number,
  end: number,
  columns: SampleColumns,
  reject: RejectRecord | undefined,
): number {
  const { dictionary, slots, timestampsMs, capacity } = columns;
  const view = viewOf(bytes);
  const words = wordsOf(columns.values);
  let ids = viewOf(dictionary.bytes());
  let likely = 0;
  let at = start;
  let row = columns.length;
  for (; row < capacity && at + RECORD_BYTES <= end; at += RECORD_BYTES) {
    const high = view.getInt32(at + 16);
    const timestampMs = high * TWO_32 + view.getUint32(at + 20);
    if (high > HIGH_MAX || high < -HIGH_MAX) {
      if (timestampMs < TIMESTAMP_MS_MIN || timestampMs > TIMESTAMP_MS_MAX) {
        columns.length = row;
        refuse(view, at, reject);
        continue;
      }
    }
    // Signed words stay integers in machine code. Sensors are mostly read in turn: the next id is looked at before it is
    // looked up.
    const a = view.getInt32(at, true);
    const b = view.getInt32(at + 4, true);
    const c = view.getInt32(at + 8, true);
    const d = view.getInt32(at + 12, true);
    const id = likely * 16;
    if (
      id >= ids.byteLength ||
      ((ids.getInt32(id, true) ^ a) |
        (ids.getInt32(id + 4, true) ^ b) |
        (ids.getInt32(id + 8, true) ^ c) |
        (ids.getInt32(id + 12, true) ^ d)) !==
        0
    ) {
      likely = dictionary.internWords(a, b, c, d);
      if (likely * 16 >= ids.byteLength) ids = viewOf(dictionary.bytes());
    }
    slots[row] = likely;
    likely++;
    if (likely * 16 >= ids.byteLength) likely = 0;
    timestampsMs[row] = timestampMs;
    words[row * 2 + HIGH_WORD] = view.getInt32(at + 24);
    words[row * 2 + LOW_WORD] = view.getInt32(at + 28);
    row++;
  }
  columns.length = row;
  return at;
}

/** Off the hot path, so that the number is exact. */
function refuse(view: DataView, at: number, reject: RejectRecord | undefined): void {
  const found = view.getBigInt64(at + RECORD_TIMESTAMP_AT).toString();
  const reason = `timestamp: found ${found}, expected ms since 1970 between ${TIMESTAMP_MS_MIN} and ${TIMESTAMP_MS_MAX}`;
  if (reject === undefined) throw new WindrowError('FORMAT', `record at byte ${at}: ${reason}`);
  reject(at, reason);
}
