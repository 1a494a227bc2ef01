import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TIMESTAMP_MS_MAX, WindrowError } from '@windrow/core';
import {
  CHUNK_POINTS_MAX,
  chunkBytesMax,
  decodeChunk,
  encodeChunk,
  readChunkInfo,
  type ChunkPoints,
} from '../../src/index.ts';
import { pointsOf, timestampShapes, valueShapes } from './point-shapes.ts';
import { chunkOf, decoded, difference, lossOf } from './round-trip.ts';

describe('a chunk gives back every bit', () => {
  const lengths = [1, 2, 3, 31, 32, 33, 127, 128, 129, 1000, 1024, 1500];
  it.each(Object.keys(valueShapes))('of values: %s', (shape) => {
    for (const [seed, length] of lengths.entries()) {
      expect(lossOf(pointsOf('regular', shape, length, seed))).toBeNull();
    }
  });

  it.each(Object.keys(timestampShapes))('of timestamps: %s', (shape) => {
    for (const [seed, length] of lengths.entries()) {
      expect(lossOf(pointsOf(shape, 'walk of decimals', length, seed))).toBeNull();
    }
  });

  it('of no points, and of as many as there may be', () => {
    const none = { length: 0, timestampsMs: new Float64Array(), values: new Float64Array() };
    expect(lossOf(none)).toBeNull();
    expect(chunkOf(none)).toHaveLength(7);
    expect(lossOf(pointsOf('random walk', 'dropouts', CHUNK_POINTS_MAX))).toBeNull();
    expect(lossOf(pointsOf('anywhere', 'bits', CHUNK_POINTS_MAX))).toBeNull();
  });

  it('of residuals of every bit width, in the first block and in a later one', () => {
    for (let width = 0; width < 30; width++) {
      for (const length of [100, 300]) {
        const values = Float64Array.from({ length }, (_, i) => (i % 3 === 1 ? 2 ** width - 1 : 0));
        const timestampsMs = new Float64Array(length);
        expect(lossOf({ length, timestampsMs, values })).toBeNull();
      }
    }
  });

  it('of one large residual among small ones, at every place', () => {
    for (let at = 0; at < 128; at++) {
      const values = Float64Array.from({ length: 128 }, (_, i) => (i === at ? 1e8 : i % 5));
      const timestampsMs = new Float64Array(128);
      expect(lossOf({ length: 128, timestampsMs, values })).toBeNull();
    }
  });

  it('of numbers that fast-check thinks of', () => {
    const value = fc.oneof(
      fc.double(),
      fc.integer({ min: -1000, max: 1000 }).map((n) => n / 100),
      fc.constantFrom(0, -0, Number.NaN, 1e300, 5e-324),
      fc.maxSafeInteger(),
    );
    const timestamp = fc.oneof(
      fc.integer({ min: -TIMESTAMP_MS_MAX, max: TIMESTAMP_MS_MAX }),
      fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(timestamp, value), { maxLength: 300 }), (rows) => {
        const points = {
          length: rows.length,
          timestampsMs: Float64Array.from(rows, ([t]) => t + 0),
          values: Float64Array.from(rows, ([, v]) => v),
        };
        expect(lossOf(points)).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('of signalling NaN and payloads, alone, held, and among decimals', () => {
    const patterns = [0x7ff0000000000001n, 0xfff7ffffffffffffn, 0x7ff8dead0000beefn, 1n << 63n];
    for (const period of [1, 4, 40]) {
      const bits = BigUint64Array.from({ length: 256 }, (_, i) =>
        i % period === 0 ? patterns[(i / period) % 4]! : 0x4035800000000000n,
      );
      const values = new Float64Array(bits.buffer);
      const chunk = chunkOf({ length: 256, timestampsMs: new Float64Array(256), values });
      const back = decoded(chunk, 256);
      expect([...new BigUint64Array(back.values.buffer)]).toEqual([...bits]);
    }
    const constant = new BigUint64Array(200).fill(patterns[0]!);
    const chunk = chunkOf({
      length: 200,
      timestampsMs: new Float64Array(200),
      values: new Float64Array(constant.buffer),
    });
    expect(chunk.length).toBeLessThan(30);
    const back = decoded(chunk, 200);
    expect(new BigUint64Array(back.values.buffer)).toEqual(constant);
  });
});

describe('a chunk in a larger buffer', () => {
  const points = pointsOf('gaps', 'held decimals', 500);

  it('starts and ends at any offset, and fills columns from any index', () => {
    const bytes = chunkOf(points);
    for (const offset of [0, 1, 3, 8]) {
      const out = new Uint8Array(offset + chunkBytesMax(500)).subarray(offset);
      const end = encodeChunk(points, out, 0);
      expect(out.subarray(0, end)).toEqual(bytes);
      const columns = { timestampsMs: new Float64Array(600), values: new Float64Array(600) };
      expect(decodeChunk(out, 0, end, columns, 100)).toBe(500);
      const actual = {
        length: 500,
        timestampsMs: columns.timestampsMs.subarray(100),
        values: columns.values.subarray(100),
      };
      expect(difference(actual, points)).toBeNull();
      expect(columns.values[99]).toBe(0);
    }
  });

  it('refuses more points than there is room for', () => {
    const bytes = chunkOf(points);
    expect(() => decoded(bytes, 499)).toThrow(WindrowError);
    expect(() => decoded(bytes, 499)).toThrow('found 500 points, expected at most 499');
  });
});

describe('what a chunk says of itself', () => {
  const stats = (points: ChunkPoints) => {
    expect(lossOf(points, { stats: true })).toBeNull();
    const bytes = chunkOf(points, { stats: true });
    return readChunkInfo(bytes, 0, bytes.length);
  };

  it('is its version, count and size', () => {
    const bytes = chunkOf(pointsOf('regular', 'dropouts', 77));
    expect(readChunkInfo(bytes, 0, bytes.length)).toEqual({
      version: 1,
      count: 77,
      sizeBytes: bytes.length,
      stats: null,
    });
  });

  it('is least, greatest, first and last with stats', () => {
    const info = stats({
      length: 5,
      timestampsMs: Float64Array.of(50, 10, 90, 20, 30),
      values: Float64Array.of(3, Number.NaN, -7.5, 11, 4),
    });
    expect(info.stats).toEqual({ minMs: 10, maxMs: 90, min: -7.5, max: 11, first: 3, last: 4 });
  });

  it('orders the zeros, passes over NaN, and has NaN where there is nothing else', () => {
    const at = new Float64Array(2);
    const zeros = stats({ length: 2, timestampsMs: at, values: Float64Array.of(0, -0) }).stats!;
    expect([zeros.min, zeros.max, zeros.first, zeros.last]).toEqual([-0, 0, 0, -0]);
    const nothing = stats({ length: 1, timestampsMs: at, values: Float64Array.of(Number.NaN) });
    expect(nothing.stats).toMatchObject({ min: Number.NaN, max: Number.NaN });
  });

  it('has none for no points', () => {
    const none = { length: 0, timestampsMs: new Float64Array(), values: new Float64Array() };
    expect(stats(none).stats).toBeNull();
  });
});

describe('the caller of encodeChunk', () => {
  const out = new Uint8Array(chunkBytesMax(4));
  const encode = (timestampsMs: number[]) => (): number => {
    const points = {
      length: timestampsMs.length,
      timestampsMs: Float64Array.from(timestampsMs),
      values: new Float64Array(timestampsMs.length),
    };
    return encodeChunk(points, out, 0);
  };

  it('gives integers in range as timestamps', () => {
    const { NaN: nan } = Number;
    const above = TIMESTAMP_MS_MAX + 1;
    const wrong = [
      [0.5],
      [0, 0.5],
      [0, 1, 0.5],
      [above],
      [above - 1, above],
      [nan, 0],
      [0, 5, nan],
    ];
    for (const timestampsMs of wrong) {
      expect(encode(timestampsMs)).toThrow('timestamps are integers in range');
    }
  });

  it('gives room', () => {
    expect(() => encodeChunk(pointsOf('regular', 'bits', 5), out, 0)).toThrow(
      'out has chunkBytesMax bytes',
    );
  });
});
