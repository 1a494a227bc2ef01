/** A position in bytes from outside: every read is checked against the end, and refusals say where and what. */
import { WindrowError } from '@windrow/core';
import { viewOf } from './byte-view.ts';

export class ByteReader {
  readonly view: DataView;
  /** What the bytes are, for messages. */
  readonly what: string;
  at: number;
  /** Exclusive. */
  readonly end: number;

  constructor(bytes: Uint8Array, start: number, end: number, what: string) {
    this.view = viewOf(bytes);
    this.what = what;
    this.at = start;
    this.end = end;
  }

  /** Throws FORMAT, naming the offset. */
  fail(found: string, expected: string): never {
    throw new WindrowError(
      'FORMAT',
      `${this.what}: byte ${this.at}: found ${found}, expected ${expected}`,
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
