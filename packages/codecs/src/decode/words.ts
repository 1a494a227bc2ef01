/** Bit patterns of doubles, each XORed with the one before; FORMAT.md, "Words". */
import { BLOCK } from '../chunk-layout.ts';
import { packedBytes } from '../internal/bit-packing.ts';
import type { ByteReader } from '../internal/byte-reader.ts';
import { HIGH_WORD, LOW_WORD } from '../internal/float-words.ts';
import { IntScratch } from '../internal/scratch.ts';
import { RAW, unpackBits } from '../internal/unpack-bits.ts';

const lowScratch = new IntScratch();
const highScratch = new IntScratch();

/** Reads `count` >= 1 patterns into `out[2 * from ..)`, two words each. */
export function readWords(reader: ByteReader, out: Uint32Array, from: number, count: number): void {
  reader.need(8 + Math.ceil(count / BLOCK));
  let low = reader.view.getUint32(reader.at, true);
  let high = reader.view.getUint32(reader.at + 4, true);
  reader.at += 8;
  const lows = lowScratch.of(BLOCK);
  const highs = highScratch.of(BLOCK);
  for (let start = 0; start < count; start += BLOCK) {
    const length = Math.min(BLOCK, count - start);
    readBlock(reader, lows, highs, length);
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
function readBlock(reader: ByteReader, lows: Int32Array, highs: Int32Array, length: number): void {
  const width = reader.u8();
  if (width > 64) reader.fail(`words of ${width} bits`, 'at most 64');
  const trail = width > 0 && width < 64 ? reader.u8() : 0;
  if (width + trail > 64) reader.fail(`${width} bits before ${trail} zeros`, 'at most 64 together');
  const lowWidth = Math.min(width, 32);
  const lowBytes = packedBytes(length, lowWidth);
  const highBytes = packedBytes(length, width - lowWidth);
  reader.need(lowBytes + highBytes);
  unpackBits(reader.view, reader.at, lowWidth, length, lows, 0, RAW);
  unpackBits(reader.view, reader.at + lowBytes, width - lowWidth, length, highs, 0, RAW);
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
