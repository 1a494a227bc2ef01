/** Encoding and decoding points, and comparing every bit. */
import {
  chunkBytesMax,
  decodeChunk,
  encodeChunk,
  type ChunkOptions,
  type ChunkPoints,
} from '../../src/index.ts';

/** The chunk of the points, as bytes of their own. */
export function chunkOf(points: ChunkPoints, options?: ChunkOptions): Uint8Array {
  const out = new Uint8Array(chunkBytesMax(points.length));
  return out.slice(0, encodeChunk(points, out, 0, options));
}

/** What decoding gives. */
export function decoded(bytes: Uint8Array, room: number): ChunkPoints {
  const timestampsMs = new Float64Array(room);
  const values = new Float64Array(room);
  const length = decodeChunk(bytes, 0, bytes.length, { timestampsMs, values });
  return { length, timestampsMs, values };
}

/** Where two have different timestamps or bits, as text; null where nowhere. */
export function difference(actual: ChunkPoints, expected: ChunkPoints): string | null {
  const { length } = expected;
  if (actual.length !== length) return `${actual.length} points instead of ${length}`;
  const actualBits = new BigUint64Array(actual.values.slice(0, length).buffer);
  const expectedBits = new BigUint64Array(expected.values.slice(0, length).buffer);
  for (let i = 0; i < length; i++) {
    const point = `point ${i} of ${length}`;
    if (actual.timestampsMs[i] !== expected.timestampsMs[i]) {
      return `${point}: timestamp ${actual.timestampsMs[i]} instead of ${expected.timestampsMs[i]}`;
    }
    if (actualBits[i] !== expectedBits[i]) {
      return `${point}: value ${actualBits[i]?.toString(16)} instead of ${expectedBits[i]?.toString(16)}`;
    }
  }
  return null;
}

/** What is lost by encoding and decoding, as text; null where nothing. */
export function lossOf(points: ChunkPoints, options?: ChunkOptions): string | null {
  return difference(decoded(chunkOf(points, options), points.length), points);
}
