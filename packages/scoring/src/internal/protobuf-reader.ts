/**
 * A cursor over one protobuf message: fields in file order, every length held against the bytes that are there.
 *
 * It reads tags, varints and length-delimited fields and skips the rest; it copies nothing and knows no schema.
 * https://protobuf.dev/programming-guides/encoding/
 */
import { WindrowError } from '@windrow/core';

const VARINT_BYTES_MAX = 10;

/** Wire types; groups (3 and 4) are not used by any current schema and are refused. */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const utf8 = new TextDecoder();

/** Reads fields one after the other: `while (reader.next()) switch (reader.field) ...`. */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;
  #wireType = -1;
  /** Number of the current field. */
  field = 0;

  /** Over `bytes[start .. end)`. */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Bytes that are left. */
  get sizeBytes(): number {
    return this.#end - this.#at;
  }

  /** Steps to the next field; false at the end of the message. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    const tagAt = this.#at;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.#wireType = tag % 8;
    if (this.field < 1 || this.field > 0x1fffffff) {
      throw malformed(tagAt, `field number ${this.field}`, 'a number from 1 to 536870911');
    }
    return true;
  }

  /** The current field as an unsigned integer; greater ones than 2^53 are rounded. */
  integer(): number {
    this.#expect(VARINT);
    return this.#varint();
  }

  /** The current field as text. */
  text(): string {
    const start = this.#lengthDelimited();
    return utf8.decode(this.#bytes.subarray(start, this.#at));
  }

  /** The current field as a message. */
  message(): ProtobufReader {
    const start = this.#lengthDelimited();
    return new ProtobufReader(this.#bytes, start, this.#at);
  }

  /** Passes over the current field, whatever it is. */
  skip(): void {
    switch (this.#wireType) {
      case VARINT:
        this.#varint();
        return;
      case FIXED64:
        this.#advance(8);
        return;
      case LENGTH_DELIMITED:
        this.#lengthDelimited();
        return;
      case FIXED32:
        this.#advance(4);
        return;
      default:
        throw malformed(this.#at, `wire type ${this.#wireType}`, '0, 1, 2 or 5');
    }
  }

  /** Moves behind the current field's bytes and returns where they start. */
  #lengthDelimited(): number {
    this.#expect(LENGTH_DELIMITED);
    const length = this.#varint();
    const start = this.#at;
    this.#advance(length);
    return start;
  }

  #advance(length: number): void {
    if (length > this.#end - this.#at) {
      throw malformed(
        this.#at,
        `a field ${this.field} of ${length} bytes where ${this.#end - this.#at} are left`,
        'the whole field',
      );
    }
    this.#at += length;
  }

  #expect(wireType: number): void {
    if (this.#wireType === wireType) return;
    throw malformed(
      this.#at,
      `wire type ${this.#wireType} in field ${this.field}`,
      `wire type ${wireType}`,
    );
  }

  #varint(): number {
    let value = 0;
    let factor = 1;
    const start = this.#at;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      if (this.#at === this.#end) throw malformed(start, 'the end of the bytes', 'a number');
      const byte = this.#bytes[this.#at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw malformed(start, 'a number of more than 10 bytes', 'a number of at most 10 bytes');
  }
}

function malformed(at: number, found: string, expected: string): WindrowError {
  return new WindrowError('FORMAT', `byte ${at}: found ${found}, expected ${expected}`);
}
