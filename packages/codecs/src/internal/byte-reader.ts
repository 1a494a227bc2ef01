/** A position in bytes from outside: every read is checked against the end, and refusals say where and what. */
import { WindrowError } from '@windrow/core';
import { MEMORY } from './kernels.ts';
import { byteScratch } from './scratch.ts';

/** Bytes that can be read at once. */
export const READ_BYTES_MAX: number = 2 ** 22;

const room: Uint8Array = byteScratch(READ_BYTES_MAX);
const view = new DataView(MEMORY);

/** Reads a copy of the bytes in the kernels' memory. There is one at a time: the next one takes its place. */
export class ByteReader {
  /** Of all that memory. */
  readonly view: DataView = view;
  /** What the bytes are, for messages. */
  readonly what: string;
  /** Where it stands, and where the bytes end (exclusive), in that memory. */
  at: number;
  readonly end: number;
  /** What makes a place in that memory one in the bytes. */
  readonly #origin: number;

  /** @param start where `bytes`, at most READ_BYTES_MAX of them, start in what messages count in */
  constructor(bytes: Uint8Array, start: number, what: string) {
    room.set(bytes);
    this.what = what;
    this.at = room.byteOffset;
    this.end = room.byteOffset + bytes.length;
    this.#origin = start - room.byteOffset;
  }

  /** Throws FORMAT, naming the offset. */
  fail(found: string, expected: string): never {
    throw new WindrowError(
      'FORMAT',
      `${this.what}: byte ${this.at + this.#origin}: found ${found}, expected ${expected}`,
    );
  }

  /** Fails unless `count` more bytes are there. */
  need(count: number): void {
    if (count > this.end - this.at) this.fail(`${this.end - this.at} bytes left`, `${count}`);
  }

  u8(): number {
    this.need(1);
    return this.view.getUint8(this.at++);
  }

  u32(): number {
    this.need(4);
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  f64(): number {
    this.need(8);
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  /** A varint 0 .. `max`, in its shortest form. `name` is for messages. */
  unsigned(max: number, name: string): number {
    return this.#continued(this.u8(), 0x80, max, name);
  }

  /** A sign-and-magnitude varint within +-`max`, in its shortest form. */
  signed(max: number, name: string): number {
    const first = this.u8();
    const magnitude = this.#continued((first & 0x80) | (first & 0x3f), 0x40, max, name);
    if ((first & 0x40) === 0) return magnitude;
    if (magnitude === 0) this.fail(`${name} -0`, 'no sign on zero');
    return -magnitude;
  }

  /** What follows a first byte that carries the digits below `unit`. */
  #continued(first: number, unit: number, max: number, name: string): number {
    let value = first & 0x7f;
    let byte = first;
    let scale = unit;
    while (byte >= 0x80) {
      byte = this.u8();
      if (byte === 0) this.fail(`an overlong ${name}`, 'the shortest form');
      value += (byte & 0x7f) * scale;
      if (value > max) break;
      scale *= 0x80;
    }
    if (value > max) this.fail(`${name} ${value}`, `at most ${max}`);
    return value;
  }
}
