/** Few distinct values: an ascending list of them, and an index a point; FORMAT.md, "Values". */
import { HIGH_WORD, LOW_WORD, wordsOf } from '../internal/float-words.ts';
import { floatScratch, intScratch } from '../internal/scratch.ts';
import { analysis } from './column.ts';

/** Offsets must span less than this to be told apart by a table. */
const RANGE_MAX = 8192;
/** More distinct values than this do not pay, and a table of them would not stay near. */
const DISTINCT_MAX = 256;
/** An entry of a dictionary of offsets takes about so many bytes, and its heads the same again a few times. */
const ENTRY_BYTES = 1.25;
const HEAD_BYTES = 8;

const rankOf = new Int32Array(RANGE_MAX).fill(-1);
const entryScratch: Int32Array = intScratch(DISTINCT_MAX);

/**
 * The distinct offsets in ascending order, and in `indices` each offset's place among them; null where that would not
 * pay. To be called after `analyse`, against which it is judged. The result is reused by the next call.
 */
export function distinctOffsets(
  offsets: Int32Array,
  count: number,
  indices: Int32Array,
): Int32Array | null {
  const { least, greatest, bytes } = analysis;
  const range = greatest - least + 1;
  if (range > RANGE_MAX) return null;
  const distinctMax = distinctThatPay(bytes, count);
  if (distinctMax < 2) return null;
  let distinct = 0;
  for (let i = 0; i < count && distinct <= distinctMax; i++) {
    const at = offsets[i]! - least;
    if (rankOf[at]! >= 0) continue;
    rankOf[at] = 0;
    entryScratch[distinct++] = offsets[i]!;
  }
  const entries = entryScratch.subarray(0, distinct);
  const pays = distinct <= distinctMax;
  if (pays) {
    entries.sort();
    for (let rank = 0; rank < distinct; rank++) rankOf[entries[rank]! - least] = rank;
    for (let i = 0; i < count; i++) indices[i] = rankOf[offsets[i]! - least]!;
  }
  for (let k = 0; k < distinct; k++) rankOf[entries[k]! - least] = -1;
  return pays ? entries : null;
}

/** The most entries with which the dictionary and its indices take fewer bytes than `bytes`. */
function distinctThatPay(bytes: number, count: number): number {
  let distinct = 0;
  for (let width = 1; width <= 8; width++) {
    const rest = bytes - HEAD_BYTES - (count * width) / 8;
    if (rest <= 0) break;
    const most = Math.min(1 << width, Math.floor(rest / ENTRY_BYTES));
    if (most > (1 << width) >> 1) distinct = most;
  }
  return distinct;
}

const HASH_SLOTS = 1024;
const slots = new Int16Array(HASH_SLOTS);
const entryWords: Uint32Array = wordsOf(floatScratch(DISTINCT_MAX));

/**
 * The distinct patterns in order of first sight, two words each, and in `indices` each one's place; null where there are
 * too many to pay. The result is reused by the next call.
 */
export function distinctWords(
  words: Uint32Array,
  count: number,
  indices: Int32Array,
): Uint32Array | null {
  const distinctMax = Math.min(DISTINCT_MAX, count >> 2);
  slots.fill(-1);
  let distinct = 0;
  for (let i = 0; i < count; i++) {
    const low = words[i * 2 + LOW_WORD]!;
    const high = words[i * 2 + HIGH_WORD]!;
    let at = (Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) >>> 22) & (HASH_SLOTS - 1);
    let entry = slots[at]!;
    while (entry >= 0) {
      if (entryWords[entry * 2 + LOW_WORD] === low && entryWords[entry * 2 + HIGH_WORD] === high)
        break;
      at = (at + 1) & (HASH_SLOTS - 1);
      entry = slots[at]!;
    }
    if (entry < 0) {
      if (distinct === distinctMax) return null;
      entry = distinct++;
      slots[at] = entry;
      entryWords[entry * 2 + LOW_WORD] = low;
      entryWords[entry * 2 + HIGH_WORD] = high;
    }
    indices[i] = entry;
  }
  return entryWords.subarray(0, distinct * 2);
}
