/**
 * A position in the bytes that an encoder fills. The encoder has checked that there is room; a write beyond the end is a
 * mistake of this package and throws a `RangeError`.
 */
import { assert } from '@windrow/core';
import { viewOf } from './byte-view.ts';

export class ByteWriter {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.at = at;
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
