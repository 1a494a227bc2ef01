/**
 * LZ4 frames (lz4_Frame_format.md 1.6.3), as Arrow's LZ4_FRAME buffers are. No maintained package decodes frames with
 * linked blocks, which is what Arrow's C++ writes.
 *
 *     frame := 184d2204 FLG BD [content size, 8] [dictionary id, 4] HC block ... 00000000 [checksum, 4]
 *     block := int32 size (high bit: stored) bytes [checksum, 4]
 *
 * Checksums are not verified.
 */
import { Damage } from '../../internal/damage.ts';

const MAGIC = 0x184d2204;
const STORED = 0x8000_0000;
const BLOCK_BYTES_MAX = 4 << 20;
const MATCH_MIN = 4;

/** Output that grows with what was decoded. */
interface Output {
  bytes: Uint8Array;
  length: number;
  readonly limit: number;
}

/** The content of one frame. Throws Damage where it is not one, or longer than `limit` bytes. */
export function lz4FrameDecompress(input: Uint8Array, limit: number): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length < 7 || view.getUint32(0, true) !== MAGIC) throw new Damage('no LZ4 frame');
  const flags = input[4]!;
  if (flags >> 6 !== 1) throw new Damage(`an LZ4 frame of version ${flags >> 6}`);
  const hasBlockChecksums = (flags & 0x10) !== 0;
  let at = 7 + ((flags & 0x08) === 0 ? 0 : 8) + ((flags & 0x01) === 0 ? 0 : 4);
  const output: Output = { bytes: new Uint8Array(input.length * 4), length: 0, limit };
  for (;;) {
    if (at + 4 > input.length) throw new Damage('an LZ4 frame without its end');
    const head = view.getUint32(at, true);
    at += 4;
    if (head === 0) return output.bytes.subarray(0, output.length);
    const size = head & (STORED - 1);
    if (size > BLOCK_BYTES_MAX || at + size > input.length) {
      throw new Damage(`an LZ4 block of ${size} bytes, which are not there`);
    }
    if ((head & STORED) === 0) decodeBlock(input, at, at + size, output);
    else append(output, input, at, size);
    at += size + (hasBlockChecksums ? 4 : 0);
  }
}

function reserve(output: Output, count: number): void {
  const needed = output.length + count;
  if (needed > output.limit) throw new Damage(`an LZ4 frame of more than ${output.limit} bytes`);
  if (needed <= output.bytes.length) return;
  const grown = new Uint8Array(Math.max(needed, output.bytes.length * 2));
  grown.set(output.bytes.subarray(0, output.length));
  output.bytes = grown;
}

function append(output: Output, input: Uint8Array, start: number, count: number): void {
  reserve(output, count);
  output.bytes.set(input.subarray(start, start + count), output.length);
  output.length += count;
}

/** Sequences of literals and matches; a match may reach into blocks before. */
function decodeBlock(input: Uint8Array, start: number, end: number, output: Output): void {
  let at = start;
  const extended = (nibble: number): number => {
    let length = nibble;
    for (let next = nibble === 15 ? 255 : 0; next === 255; length += next) {
      if (at >= end) throw new Damage('an LZ4 block that ends within a length');
      next = input[at++]!;
    }
    return length;
  };
  while (at < end) {
    const token = input[at++]!;
    const literals = extended(token >> 4);
    if (literals > end - at) throw new Damage('an LZ4 block that ends within its literals');
    append(output, input, at, literals);
    at += literals;
    if (at === end) return;
    if (at + 2 > end) throw new Damage('an LZ4 block that ends within a match');
    const distance = input[at]! | (input[at + 1]! << 8);
    at += 2;
    copyMatch(output, distance, extended(token & 15) + MATCH_MIN);
  }
}

function copyMatch(output: Output, distance: number, count: number): void {
  if (distance === 0 || distance > output.length) {
    throw new Damage(`an LZ4 match ${distance} bytes back, where there are ${output.length}`);
  }
  reserve(output, count);
  const { bytes } = output;
  const to = output.length;
  // Byte by byte: a match may overlap what it writes.
  for (let i = 0; i < count; i++) bytes[to + i] = bytes[to - distance + i]!;
  output.length += count;
}
