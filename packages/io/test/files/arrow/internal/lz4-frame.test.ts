import { describe, expect, it } from 'vitest';
import { lz4FrameDecompress } from '../../../../src/files/arrow/internal/lz4-frame.ts';

const LIMIT = 1 << 20;

function frame(...blocks: readonly (readonly number[])[]): Uint8Array {
  const bytes = [0x04, 0x22, 0x4d, 0x18, 0x40, 0x40, 0xc0];
  for (const block of blocks) bytes.push(block.length & 255, block.length >> 8, 0, 0, ...block);
  return Uint8Array.from([...bytes, 0, 0, 0, 0]);
}

const ascii = (text: string): number[] => [...Buffer.from(text)];
const unpack = (bytes: Uint8Array): string =>
  Buffer.from(lz4FrameDecompress(bytes, LIMIT)).toString();

describe('lz4FrameDecompress', () => {
  it('copies literals and matches, also ones that overlap what they write', () => {
    // 3 literals, a match of 4 + 4 bytes 3 back; 5 literals to end with.
    expect(unpack(frame([0x34, ...ascii('abc'), 3, 0, 0x50, ...ascii('12345')]))).toBe(
      'abcabcabcab12345',
    );
  });

  it('reaches into blocks before, as linked blocks do', () => {
    expect(unpack(frame([0x40, ...ascii('wxyz')], [0x00, 4, 0, 0x10, ...ascii('!')]))).toBe(
      'wxyzwxyz!',
    );
  });

  it('reads lengths of several bytes', () => {
    const text = 'x'.repeat(300);
    expect(unpack(frame([0xf0, 255, 30, ...ascii(text)]))).toBe(text);
    expect(unpack(frame([0x1f, ...ascii('y'), 1, 0, 255, 26, 0x00]))).toBe('y'.repeat(301));
  });

  it.each([
    ['no frame', Uint8Array.of(1, 2, 3, 4, 5, 6, 7), /no LZ4 frame/],
    ['a cut frame', frame([0x40, ...ascii('wxyz')]).subarray(0, -4), /without its end/],
    ['a block that is not there', frame([0x40, ...ascii('wxyz')]).subarray(0, 13), /not there/],
    ['a match before the start', frame([0x10, 0x61, 2, 0, 0]), /2 bytes back, where there are 1/],
    ['a match of no distance', frame([0x10, 0x61, 0, 0, 0]), /0 bytes back/],
    ['literals that are not there', frame([0x50, 0x61]), /within its literals/],
    ['a length that is not there', frame([0xf0, 255]), /within a length/],
    ['half a match', frame([0x10, 0x61, 1]), /within a match/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => lz4FrameDecompress(bytes, LIMIT)).toThrow(message);
  });

  it('stops at its limit', () => {
    const bomb = frame([0x1f, 0x61, 1, 0, ...Array<number>(9000).fill(255), 0, 0]);
    expect(() => lz4FrameDecompress(bomb, LIMIT)).toThrow(/more than 1048576 bytes/);
  });
});
