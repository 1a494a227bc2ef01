// Records of 32 bytes, whose ids are those of a table in turn; FORMAT.md, "Record".
import { RESULTS } from './layout';

const TIMESTAMP_MS_MAX: i64 = 8_640_000_000_000_000;

/** The two big-endian halves of 16 bytes, or back. */
// @ts-ignore: decorator
@inline
function swap(bytes: v128): v128 {
  return i8x16.shuffle(bytes, bytes, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
}

/**
 * Reads up to `count` records, the first of which likely has the id `likely` of the table, the next the next, and so on around.
 * Stops at another id and at a timestamp out of range. Returns how many were read; the next one's likely id is in RESULTS.
 */
export function decodeRecords(
  at: usize,
  count: i32,
  ids: usize,
  idCount: i32,
  likely: i32,
  slots: usize,
  timestamps: usize,
  values: usize,
): i32 {
  let row = 0;
  for (; row < count; row++, at += 32) {
    const id = v128.load(ids + ((likely as usize) << 4));
    if (v128.any_true(v128.xor(v128.load(at), id))) break;
    const rest = swap(v128.load(at, 16));
    const timestamp = i64x2.extract_lane(rest, 0);
    if (timestamp > TIMESTAMP_MS_MAX || timestamp < -TIMESTAMP_MS_MAX) break;
    store<i32>(slots + ((row as usize) << 2), likely);
    store<f64>(timestamps + ((row as usize) << 3), timestamp as f64);
    v128.store64_lane(values + ((row as usize) << 3), rest, 1);
    likely++;
    if (likely === idCount) likely = 0;
  }
  store<i32>(RESULTS, likely);
  return row;
}

/** Writes up to `count` records; returns how many were written before one whose slot or timestamp is none. */
export function encodeRecords(
  slots: usize,
  timestamps: usize,
  values: usize,
  count: i32,
  ids: usize,
  idCount: i32,
  out: usize,
): i32 {
  let row = 0;
  for (; row < count; row++, out += 32) {
    const slot = load<u32>(slots + ((row as usize) << 2));
    if (slot >= (idCount as u32)) break;
    const timestampMs = load<f64>(timestamps + ((row as usize) << 3));
    const timestamp = timestampMs as i64;
    if ((timestamp as f64) !== timestampMs) break;
    if (timestamp > TIMESTAMP_MS_MAX || timestamp < -TIMESTAMP_MS_MAX) break;
    v128.store(out, v128.load(ids + ((slot as usize) << 4)));
    const rest = v128.load64_lane(values + ((row as usize) << 3), i64x2.splat(timestamp), 1);
    v128.store(out, swap(rest), 16);
  }
  return row;
}
