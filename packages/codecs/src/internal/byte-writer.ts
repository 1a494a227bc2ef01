/**
 * A position in bytes that an encoder fills, in the kernels' memory. The encoder has checked that there is room.
 */
import { assert } from '@windrow/core';
import { MEMORY } from './kernels.ts';
import { byteScratch } from './scratch.ts';

/** Bytes that can be written at once. */
const WRITE_BYTES_MAX = 6_400_000;

const room: Uint8Array = byteScratch(WRITE_BYTES_MAX);
const view = new DataView(MEMORY);
const bytes = new Uint8Array(MEMORY);

/** There is one at a time: the next one takes its place. */
export class ByteWriter {
  /** All that memory. */
  readonly bytes: Uint8Array = bytes;
  readonly view: DataView = view;
  /** Where the first byte is, and the next one will be, in it. */
  readonly start: number = room.byteOffset;
  at: number = room.byteOffset;

  /** What was written; valid until there is another writer. */
  written(): Uint8Array {
    return bytes.subarray(this.start, this.at);
  }

  u8(value: number): void {
    this.view.setUint8(this.at++, value);
  }

  u32(value: number): void {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  f64(value: number): void {
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** An integer 0 .. 2^53 - 1, seven bits a byte, low ones first, the highest bit of a byte: another follows. */
  unsigned(value: number): void {
    assert(Number.isSafeInteger(value) && value >= 0, 'unsigned varints are safe integers');
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.u8(rest);
  }

  /** An integer within +-(2^53 - 1): sign in bit 6 of the first byte, magnitude as in `unsigned` around it. */
  signed(value: number): void {
    assert(Number.isSafeInteger(value), 'signed varints are safe integers');
    const sign = value < 0 ? 0x40 : 0;
    const magnitude = Math.abs(value);
    const first = (magnitude % 0x40) | sign;
    if (magnitude < 0x40) {
      this.u8(first);
      return;
    }
    this.u8(first | 0x80);
    this.unsigned(Math.floor(magnitude / 0x40));
  }
}

/** Bytes that `signed` takes. */
export function signedBytes(value: number): number {
  let count = 1;
  for (let rest = Math.floor(Math.abs(value) / 0x40); rest > 0; rest = Math.floor(rest / 0x80)) {
    count++;
  }
  return count;
}
