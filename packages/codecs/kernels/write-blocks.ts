// Residuals as blocks; FORMAT.md, "Blocks". See src/encode/blocks.ts.
import {
  BLOCK,
  PLAN_BASED,
  PLAN_LEASTS,
  PLAN_PATCHES,
  PLAN_WIDEST,
  PLAN_WIDTHS,
  packedBytes,
  zigzag,
} from './layout';
import { PACK_RAW, PACK_ZIGZAG, pack } from './pack';

const PACK_BASED: i32 = 2;
/** A block and what packing reads beyond. */
const ROOM: usize = memory.data(640);
const HIGHS: usize = memory.data(640);

/** Writes an int32 as a signed varint; returns where it ends. */
function writeSigned(at: usize, value: i32): usize {
  const magnitude = abs(value as i64) as u64;
  const sign: u64 = value < 0 ? 0x40 : 0;
  let rest = magnitude >> 6;
  store<u8>(at++, (magnitude & 0x3f) | sign | (rest > 0 ? 0x80 : 0));
  while (rest > 0) {
    const low = rest & 0x7f;
    rest >>= 7;
    store<u8>(at++, low | (rest > 0 ? 0x80 : 0));
  }
  return at;
}

/** Writes the blocks of `count` residuals as planned to `at`, and scribbles on up to 16 bytes beyond; returns where they end. */
export function writeBlocks(at: usize, residuals: usize, count: i32, plans: usize): usize {
  for (let from = 0; from < count; from += BLOCK, residuals += BLOCK * 4, plans += 4) {
    const length = min(BLOCK, count - from);
    const width = load<i32>(plans + PLAN_WIDTHS);
    const patches = load<i32>(plans + PLAN_PATCHES);
    const isBased = load<i32>(plans + PLAN_BASED) === 1;
    const base = isBased ? load<i32>(plans + PLAN_LEASTS) : 0;
    store<u8>(at++, width | (isBased ? 0x80 : 0) | (patches > 0 ? 0x40 : 0));
    if (isBased) at = writeSigned(at, base);
    const bytes = (length as usize) << 2;
    memory.copy(ROOM, residuals, bytes);
    v128.store(ROOM + bytes, i32x4.splat(base));
    v128.store(ROOM + bytes, i32x4.splat(base), 16);
    pack(at, ROOM, isBased ? PACK_BASED : PACK_ZIGZAG, base, width, length);
    at += packedBytes(length, width);
    if (patches === 0) continue;
    const highWidth = load<i32>(plans + PLAN_WIDEST) - width;
    store<u8>(at++, patches - 1);
    store<u8>(at++, highWidth);
    let found: usize = 0;
    for (let i = 0; i < length; i++) {
      const high = (zigzag(load<i32>(residuals + (i << 2))) as u32) >>> width;
      if (high === 0) continue;
      store<u8>(at++, i);
      store<u32>(HIGHS + (found << 2), high);
      found++;
    }
    v128.store(HIGHS + (found << 2), i32x4.splat(0));
    v128.store(HIGHS + (found << 2), i32x4.splat(0), 16);
    pack(at, HIGHS, PACK_RAW, 0, highWidth, found as i32);
    at += packedBytes(found as i32, highWidth);
  }
  return at;
}
