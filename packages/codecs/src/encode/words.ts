/** Doubles as bit patterns, each XORed with the one before; FORMAT.md, "Words". */
import { BLOCK } from '../chunk-layout.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { HIGH_WORD, LOW_WORD } from '../internal/float-words.ts';
import { intScratch } from '../internal/scratch.ts';
import { writePacked } from './blocks.ts';

const lows: Int32Array = intScratch(BLOCK);
const highs: Int32Array = intScratch(BLOCK);

/** Writes `count` >= 1 patterns, two words each. */
export function writeWords(writer: ByteWriter, words: Uint32Array, count: number): void {
  let lowBefore = words[LOW_WORD]!;
  let highBefore = words[HIGH_WORD]!;
  writer.u32(lowBefore);
  writer.u32(highBefore);
  for (let from = 0; from < count; from += BLOCK) {
    const length = Math.min(BLOCK, count - from);
    let lowSeen = 0;
    let highSeen = 0;
    for (let i = 0; i < length; i++) {
      const low = words[(from + i) * 2 + LOW_WORD]!;
      const high = words[(from + i) * 2 + HIGH_WORD]!;
      lowSeen |= lows[i] = low ^ lowBefore;
      highSeen |= highs[i] = high ^ highBefore;
      lowBefore = low;
      highBefore = high;
    }
    writeBlock(writer, { lowSeen, highSeen, length });
  }
}

interface XorBlock {
  /** All bits that occur. */
  readonly lowSeen: number;
  readonly highSeen: number;
  readonly length: number;
}

function writeBlock(writer: ByteWriter, block: XorBlock): void {
  const { lowSeen, highSeen, length } = block;
  const lead = highSeen === 0 ? 32 + Math.clz32(lowSeen) : Math.clz32(highSeen);
  const trail = lowSeen === 0 ? 32 + trailingZeros(highSeen) : trailingZeros(lowSeen);
  const width = lead === 64 ? 0 : 64 - lead - trail;
  writer.u8(width);
  if (width === 0) return;
  if (width < 64) writer.u8(trail);
  if (trail >= 32) {
    for (let i = 0; i < length; i++) {
      lows[i] = highs[i]! >>> (trail - 32);
      highs[i] = 0;
    }
  } else if (trail > 0) {
    for (let i = 0; i < length; i++) {
      lows[i] = (lows[i]! >>> trail) | (highs[i]! << (32 - trail));
      highs[i] = highs[i]! >>> trail;
    }
  }
  writePacked(writer, lows, length, Math.min(width, 32));
  if (width > 32) writePacked(writer, highs, length, width - 32);
}

function trailingZeros(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word);
}
