/** Bit patterns of doubles, each XORed with the one before; FORMAT.md, "Words". */
import { BLOCK } from '../chunk-layout.ts';
import { packedBytes } from '../internal/bit-packing.ts';
import type { ByteReader } from '../internal/byte-reader.ts';
import { HIGH_WORD, LOW_WORD } from '../internal/float-words.ts';
import { intScratch } from '../internal/scratch.ts';
import { unpackRaw } from '../internal/unpack-bits.ts';

const lows: Int32Array = intScratch(BLOCK);
const highs: Int32Array = intScratch(BLOCK);

/** Reads `count` >= 1 patterns into `out[2 * from ..)`, two words each. */
export function readWords(reader: ByteReader, out: Uint32Array, from: number, count: number): void {
  reader.need(8 + Math.ceil(count / BLOCK));
  let low = reader.view.getUint32(reader.at, true);
  let high = reader.view.getUint32(reader.at + 4, true);
  reader.at += 8;
  for (let start = 0; start < count; start += BLOCK) {
    const length = Math.min(BLOCK, count - start);
    readBlock(reader, length);
    let word = (from + start) * 2;
    for (let i = 0; i < length; i++) {
      low ^= lows[i]!;
      high ^= highs[i]!;
      out[word + LOW_WORD] = low;
      out[word + HIGH_WORD] = high;
      word += 2;
    }
  }
}

/** The differences of a block, shifted into place. */
function readBlock(reader: ByteReader, length: number): void {
  const width = reader.u8();
  if (width > 64) reader.fail(`words of ${width} bits`, 'at most 64');
  const trail = width > 0 && width < 64 ? reader.u8() : 0;
  if (width + trail > 64) reader.fail(`${width} bits before ${trail} zeros`, 'at most 64 together');
  const lowWidth = Math.min(width, 32);
  const lowBytes = packedBytes(length, lowWidth);
  const highBytes = packedBytes(length, width - lowWidth);
  reader.need(lowBytes + highBytes);
  unpackRaw(reader.view, reader.at, lowWidth, length, lows);
  unpackRaw(reader.view, reader.at + lowBytes, width - lowWidth, length, highs);
  reader.at += lowBytes + highBytes;
  if (trail >= 32) {
    for (let i = 0; i < length; i++) {
      highs[i] = lows[i]! << (trail - 32);
      lows[i] = 0;
    }
  } else if (trail > 0) {
    for (let i = 0; i < length; i++) {
      highs[i] = (highs[i]! << trail) | (lows[i]! >>> (32 - trail));
      lows[i] = lows[i]! << trail;
    }
  }
}
