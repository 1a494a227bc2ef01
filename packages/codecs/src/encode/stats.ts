/** What a reader may want to know of a chunk before decoding it; FORMAT.md, "Statistics". */
import type { ByteWriter } from '../internal/byte-writer.ts';
import { wordsOf } from '../internal/float-words.ts';
import { HIGH_WORD, LOW_WORD } from '../internal/float-words.ts';
import type { ChunkPoints } from './chunk.ts';

/** Writes the statistics of at least one point. */
export function writeStats(writer: ByteWriter, points: ChunkPoints): void {
  const { length, timestampsMs, values } = points;
  let minMs = timestampsMs[0]!;
  let maxMs = minMs;
  let min = Number.NaN;
  let max = Number.NaN;
  for (let i = 0; i < length; i++) {
    const timestampMs = timestampsMs[i]!;
    if (timestampMs < minMs) minMs = timestampMs;
    if (timestampMs > maxMs) maxMs = timestampMs;
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    // Math.min and Math.max order the zeros: -0 < +0.
    min = Number.isNaN(min) ? value : Math.min(min, value);
    max = Number.isNaN(max) ? value : Math.max(max, value);
  }
  writer.signed(minMs);
  writer.signed(maxMs);
  writer.f64(min);
  writer.f64(max);
  const words = wordsOf(values);
  for (const index of [0, length - 1]) {
    writer.u32(words[index * 2 + LOW_WORD]!);
    writer.u32(words[index * 2 + HIGH_WORD]!);
  }
}
