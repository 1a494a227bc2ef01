import { describe, expect, it } from 'vitest';
import { holdBytes } from '../../src/internal/held-bytes.ts';

const END = Buffer.from('ffffffff00000000', 'hex');
const answer = Buffer.concat([Buffer.from('schema and batches'.repeat(20)), END]);

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

describe('an answer', () => {
  it.each([1, 7, 8, 1000])('in chunks of %i bytes is held until it is whole', async (size) => {
    const held = await holdBytes(inChunks(answer, size), 1 << 20);
    expect(held.isWhole).toBe(true);
    expect((await all(held.chunks)).equals(answer)).toBe(true);
  });

  it('that is cut off anywhere is not handed on', async () => {
    for (let length = 0; length < answer.length; length++) {
      const cut = holdBytes(inChunks(answer.subarray(0, length), 13), 1 << 20);
      await expect(cut).rejects.toThrow(/broke off/);
    }
  });

  it.each([
    [
      '\r\n__exception__\r\nabcdefgh\r\nCode: 395. DB::Exception: Value passed to throwIf is non-zero. (FUNCTION_THROW_IF_VALUE_IS_NON_ZERO) (version 26.7)\n120 abcdefgh\r\n__exception__\r\n',
      '395',
    ],
    [
      'Code: 241. DB::Exception: Memory limit (total) exceeded: would use 9 GiB. (MEMORY_LIMIT_EXCEEDED) (version 23.8.2.7 (official build))\n',
      '241',
    ],
  ])('that ends in an exception says which', async (text, code) => {
    for (const size of [3, 4096]) {
      const failed = holdBytes(inChunks(Buffer.concat([answer, Buffer.from(text)]), size), 1 << 20);
      await expect(failed).rejects.toMatchObject({ code });
    }
  });

  it('that is too large is handed on as it comes, and must end as any other', async () => {
    const large = Buffer.concat([Buffer.alloc(100_000, 7), END]);
    const held = await holdBytes(inChunks(large, 1000), 10_000);
    expect(held.isWhole).toBe(false);
    expect((await all(held.chunks)).equals(large)).toBe(true);
    const cut = await holdBytes(inChunks(large.subarray(0, 50_000), 1000), 10_000);
    await expect(all(cut.chunks)).rejects.toThrow(/broke off/);
  });

  it('is no longer read where nobody takes it', async () => {
    let isEnded = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(1000);
      } finally {
        isEnded = true;
      }
    }
    const { chunks } = await holdBytes(endless(), 10_000);
    for await (const _ of chunks) break;
    expect(isEnded).toBe(true);
  });
});
