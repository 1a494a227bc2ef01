import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Compression } from '../../../src/files/file-names.ts';
import { decompressed } from '../../../src/files/internal/decompressed.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function unpack(
  bytes: Uint8Array,
  compression: Compression,
  size: number,
): Promise<{ text: string; error: unknown; largest: number }> {
  const parts: Uint8Array[] = [];
  let error: unknown = null;
  try {
    for await (const part of decompressed(inChunks(bytes, size), compression, 1 << 16)) {
      parts.push(part);
    }
  } catch (thrown) {
    error = thrown;
  }
  const largest = Math.max(0, ...parts.map((part) => part.length));
  return { text: Buffer.concat(parts).toString(), error, largest };
}

const text = Array.from({ length: 20_000 }, (_, i) => `line ${(i * 7919) % 10_007}\n`).join('');
const packers = {
  gzip: (input: string) => gzipSync(input),
  zstd: (input: string) =>
    zstdCompressSync(input, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
} as const;

describe.each(['gzip', 'zstd'] as const)('decompressed %s', (compression) => {
  const pack = packers[compression];

  it.each([1, 7, 1000, 1 << 20])('reads several frames, in chunks of %i bytes', async (size) => {
    const bytes = Buffer.concat([pack('first\n'), pack(''), pack('second\n'), pack('third\n')]);
    const read = await unpack(bytes, compression, size);
    expect(read).toMatchObject({ text: 'first\nsecond\nthird\n', error: null });
  });

  it('hands everything before a cut on, the same each time, and then throws', async () => {
    const bytes = pack(text);
    for (const keep of [0.2, 0.5, 0.9]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * keep));
      const read = await unpack(cut, compression, 4096);
      expect(read.error).toMatchObject({ code: 'Z_BUF_ERROR' });
      expect(text.startsWith(read.text)).toBe(true);
      expect(await unpack(cut, compression, 4096)).toMatchObject({ text: read.text });
    }
  });

  it('throws for a flipped bit and for garbage after the last frame', async () => {
    const bytes = pack(text);
    const flipped = Buffer.from(bytes);
    flipped[bytes.length >> 1]! ^= 4;
    expect((await unpack(flipped, compression, 4096)).error).not.toBeNull();
    const trailing = await unpack(Buffer.concat([bytes, Buffer.from('garbage')]), compression, 99);
    expect(trailing.error).not.toBeNull();
  });

  it('unpacks a bomb in small pieces', async () => {
    const read = await unpack(pack('0'.repeat(30_000_000)), compression, 1 << 16);
    expect(read.text.length).toBe(30_000_000);
    expect(read.largest).toBeLessThanOrEqual(1 << 16);
  });
});
