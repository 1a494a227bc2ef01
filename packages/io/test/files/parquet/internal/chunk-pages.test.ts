import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ChunkPages } from '../../../../src/files/parquet/internal/chunk-pages.ts';
import { thriftStructEnd } from '../../../../src/files/parquet/internal/thrift-guard.ts';
import { withFolder } from '../../../samples.ts';
import { struct, type Field } from './thrift.ts';

const DATA_PAGE = 0;
const body = Uint8Array.from({ length: 40 }, (_, i) => i);

function page(
  changes: { crc?: number; size?: number; plain?: number; values?: number } = {},
): Buffer {
  const fields: Field[] = [
    [1, DATA_PAGE],
    [2, changes.plain ?? body.length],
    [3, changes.size ?? body.length],
  ];
  if (changes.crc !== undefined) fields.push([4, changes.crc | 0]);
  fields.push([
    5,
    [
      [1, changes.values ?? 5],
      [2, 0],
      [3, 3],
      [4, 3],
    ],
  ]);
  return Buffer.from([...struct(fields), ...body]);
}

async function readPages(bytes: Uint8Array): Promise<number> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'chunk'), bytes);
    const file = await open(join(folder, 'chunk'));
    try {
      const pages = new ChunkPages();
      pages.start(file, { start: 0, end: bytes.length, codec: 'UNCOMPRESSED' });
      let count = 0;
      for (let next = await pages.next(); next !== null; next = await pages.next()) {
        expect([...next.bytes]).toEqual([...body]);
        count++;
      }
      return count;
    } finally {
      await file.close();
    }
  });
}

describe('ChunkPages', () => {
  it('gives the pages of a chunk, and checks the CRC where there is one', async () => {
    const crc = crc32(body);
    expect(await readPages(Buffer.concat([page(), page({ crc }), page()]))).toBe(3);
    await expect(readPages(page({ crc: crc ^ 1 }))).rejects.toThrow(/CRC/);
  });

  it('notices every flipped bit of a page with a CRC', async () => {
    const whole = page({ crc: crc32(body) });
    const start = whole.length - body.length;
    for (let bit = start * 8; bit < whole.length * 8; bit += 13) {
      const flipped = Buffer.from(whole);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await expect(readPages(flipped)).rejects.toThrow(/CRC/);
    }
  });

  it.each([
    ['a page that is longer than its chunk', page({ size: 1000 }), /past the end/],
    ['a page of a negative size', page({ size: -1 }), /size -1/],
    ['a page that is too large', page({ size: 300 << 20 }), /limit is 268435456/],
    ['a page that unpacks to too much', page({ plain: 300 << 20 }), /limit is 268435456/],
    ['a page of too many values', page({ values: 1 << 25 }), /limit is 16777216/],
    ['a header that does not end', Buffer.alloc(50, 0x15), /no page header|Thrift/],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(readPages(bytes)).rejects.toThrow(message);
  });
});

describe('thriftStructEnd', () => {
  it('finds the end of a struct, and none of one that is cut off', () => {
    const bytes = Uint8Array.from(
      struct([
        [1, 5],
        [
          3,
          [
            [1, -9],
            [2, [[7, 1]]],
          ],
        ],
        [9, 1 << 30],
      ]),
    );
    expect(thriftStructEnd(bytes, 0)).toBe(bytes.length);
    for (let at = 0; at < bytes.length; at++) {
      expect(thriftStructEnd(bytes.subarray(0, at), 0)).toBeNull();
    }
  });

  it('does not believe counts and lengths, and does not go deeper than it should', () => {
    // Field 1, a list of 2^32 - 1 structs.
    expect(thriftStructEnd(Uint8Array.of(0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f), 0)).toBeNull();
    // Field 1, 2^32 - 1 bytes.
    expect(thriftStructEnd(Uint8Array.of(0x18, 0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2), 0)).toBeNull();
    expect(() => thriftStructEnd(new Uint8Array(10_000).fill(0x1c), 0)).toThrow(/deeper/);
    expect(() => thriftStructEnd(Uint8Array.of(0x1d), 0)).toThrow(/type 13/);
  });
});
