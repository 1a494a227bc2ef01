import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TIMESTAMP_MS_MAX, WindrowError } from '@windrow/core';
import { CHUNK_POINTS_MAX, decodeChunk, readChunkInfo } from '../../src/index.ts';
import { goldenChunks } from '../golden/golden-cases.ts';
import { chunkOf } from './round-trip.ts';
import { pointsOf } from './point-shapes.ts';

const room = {
  timestampsMs: new Float64Array(CHUNK_POINTS_MAX),
  values: new Float64Array(CHUNK_POINTS_MAX),
};

/** What decoding does: the number of points, or the code of the error; anything else that is thrown comes through. */
function outcome(bytes: Uint8Array): number | 'FORMAT' {
  try {
    const count = decodeChunk(bytes, 0, bytes.length, room);
    for (let i = 0; i < count; i++) {
      const timestampMs = room.timestampsMs[i]!;
      if (!Number.isInteger(timestampMs) || Math.abs(timestampMs) > TIMESTAMP_MS_MAX) {
        throw new RangeError(`timestamp ${timestampMs}`);
      }
    }
    return count;
  } catch (error) {
    if (error instanceof WindrowError && error.code === 'FORMAT') return 'FORMAT';
    throw error;
  }
}

/** The same bytes with a checksum that agrees: damage that only the other checks can find. */
function resealed(bytes: Uint8Array): Uint8Array {
  const sealed = bytes.slice();
  const end = sealed.length - 4;
  new DataView(sealed.buffer).setUint32(end, crc32(sealed.subarray(0, end)), true);
  return sealed;
}

const chunks = goldenChunks
  .map(({ name, points, stats }) => ({ name, bytes: chunkOf(points, { stats }) }))
  .filter(({ bytes }) => bytes.length < 1000);

describe('a damaged chunk', () => {
  it.each(chunks)('$name is refused with any bit flipped', ({ bytes }) => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      expect(outcome(damaged)).toBe('FORMAT');
    }
  });

  it.each(chunks)('$name is refused when cut anywhere, or with bytes behind it', ({ bytes }) => {
    for (let size = 0; size < bytes.length; size++) {
      expect(outcome(bytes.slice(0, size))).toBe('FORMAT');
    }
    expect(outcome(new Uint8Array([...bytes, 0]))).toBe('FORMAT');
  });

  it.each(chunks)('$name, with a checksum that agrees, is refused or decoded', ({ bytes }) => {
    const outcomes = new Set<number | 'FORMAT'>();
    for (let bit = 0; bit < (bytes.length - 4) * 8; bit++) {
      const damaged = bytes.slice();
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      outcomes.add(outcome(resealed(damaged)));
    }
    for (let size = 7; size < bytes.length; size++) {
      outcomes.add(outcome(resealed(bytes.slice(0, size))));
    }
    expect(outcomes).toContain('FORMAT');
  });
});

describe('a chunk is refused that', () => {
  /** A chunk of one point: mark, flags, count, [kind, base, step], [layout, exceptions, kind, base, step], checksum. */
  const small = chunkOf(pointsOf('repeated', 'constant', 2));
  const refusal = (bytes: readonly number[]): string => {
    const sealed = resealed(Uint8Array.of(...bytes, 0, 0, 0, 0));
    try {
      return `decoded ${decodeChunk(sealed, 0, sealed.length, room)} points`;
    } catch (error) {
      return error instanceof WindrowError ? error.message : String(error);
    }
  };
  const body = [...small.subarray(0, -4)];
  const regular = [0, 0, 0];

  it('is of another form', () => {
    expect(refusal([0xc2, ...body.slice(1)])).toContain('mark 0xc2');
    expect(() => readChunkInfo(new Uint8Array(3), 0, 3)).toThrow('found 3 bytes');
    const size = 4_194_305;
    expect(() => readChunkInfo(new Uint8Array(size), 0, size)).toThrow(`found ${size} bytes`);
  });

  it('has flags, counts or bytes that nobody knows', () => {
    expect(refusal([0xc1, 2, 0])).toContain('flags 2');
    expect(refusal([0xc1, 1, 0])).toContain('statistics of no points');
    expect(refusal([0xc1, 0, 0x81, 0x80, 0x04])).toContain('count 65537');
    expect(refusal([0xc1, 0, 0x80, 0x00])).toContain('overlong');
    expect(refusal([0xc1, 0, 0, 7])).toContain('1 bytes after the last point');
    expect(refusal([...body, 7])).toContain('1 bytes after the last point');
  });

  it('declares more than its bytes can hold', () => {
    const many = [0xc1, 0, 0xff, 0xff, 0x03, ...regular];
    expect(refusal([...many, 4, 0, 1, 0, 0])).toContain('bytes left');
    expect(refusal([...many, 0, ...Array.from({ length: 20 }, () => 0)])).toContain('bytes left');
    expect(refusal([...many, 4, 0xff, 0xff, 0x03, 0, 0, 0, 0, 0, 0])).toContain('bytes left');
  });

  it('has timestamps out of range', () => {
    const far = [
      0xc1, 0, 2, 0, 0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0, 1, 4, 0, 0, 0, 0,
    ];
    expect(refusal(far)).toContain('timestamp');
  });

  it.each([
    ['column kind 5', [5, 0]],
    ['column kind 7', [7, 0]],
    ['27 low bits', [1 | (27 << 3), 0]],
    ['low bits beside a slope', [0 | (1 << 3), 0, 0]],
    ['a block of 33 bits', [1, 0, 33, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['3 patches', [1, 0, 0x40, 2, 1, 0, 1, 2, 7]],
    ['patches of 0 bits', [1, 0, 0x40, 0, 0, 0]],
    ['patches of 31 bits', [1, 0, 0x42, 0, 0, 31, 0, 0, 0, 0, 0]],
    ['a patch at 2', [1, 0, 0x40, 0, 1, 2, 1]],
    ['a patch at 0', [1, 0, 0x40, 1, 1, 0, 0, 3]],
    ['-0', [1, 0x40, 0]],
    ['base 2147483648', [1, 0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]],
    ['base 9007199254740991', [1, 0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f, 0]],
  ])('has a column with %s', (expected, column) => {
    expect(refusal([0xc1, 0, 2, ...regular, 4, 0, ...column])).toContain(expected);
  });

  it.each([
    ['exponent 23', [4 | (23 << 3), 0, 0, 0, 0]],
    ['exponent 1 of words', [1 << 3, 0]],
    ['layout 6', [6]],
    ['count of changes 3', [2, 3]],
    ['no values', [2, 0, 1, 4]],
    ['layout 2 inside', [2, 1, 1, 2]],
    ['layout 1 inside', [2, 1, 1, 5]],
    ['-1 bits set', [2, 1, 2, 4, 0, 0, 0, 0]],
    ['2 bits set', [2, 1, 3, 4, 0, 0, 0, 0]],
    ['1 bits set', [2, 2, 1, 4, 0, 0, 0, 0]],
    ['an empty dictionary', [3, 0]],
    ['size of the dictionary 4097', [3, 0x81, 0x20]],
    ['layout 3 inside', [3, 1, 3]],
    ['index 1', [3, 1, 4, 0, 0, 0, 0, 0, 1, 0]],
    ['index -1', [3, 1, 4, 0, 0, 0, 0, 0, 0x41, 0]],
    ['count of exceptions 3', [4, 3]],
    ['an exception at 2', [4, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['an exception at -1', [4, 1, 0, 0, 0, 0, 0x41, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['an exception at 0', [4, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['words of 65 bits', [0, 0, 0, 0, 0, 0, 0, 0, 0, 65]],
    ['63 bits before 2 zeros', [0, 0, 0, 0, 0, 0, 0, 0, 0, 63, 2]],
  ])('has values with %s', (expected, values) => {
    expect(refusal([0xc1, 0, 2, ...regular, ...values])).toContain(expected);
  });
});
