/**
 * Protocol buffer messages, written field by field: varints, length-delimited bytes, nested messages.
 *
 * Fields come out in the order in which they are written, so the same calls give the same bytes.
 */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIELD_MAX = 2 ** 29 - 1;
/** The limit of the wire format's implementations. */
const MESSAGE_BYTES_MAX = 2 ** 31 - 1;

const utf8 = new TextEncoder();

/** One message under construction. */
export class ProtobufWriter {
  #bytes: Uint8Array = new Uint8Array(256);
  #length = 0;

  /** A field of type int32, int64 or enum. @throws RangeError unless `value` is a safe integer, 0 or greater */
  integer(field: number, value: number): this {
    this.#tag(field, VARINT);
    this.#varint(value);
    return this;
  }

  /** A field of type string. */
  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  /** A field of type bytes, or packed numbers already encoded. */
  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, LENGTH_DELIMITED);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  /** A field that is a message itself; `write` fills it. */
  message(field: number, write: (inner: ProtobufWriter) => void): this {
    const inner = new ProtobufWriter();
    write(inner);
    return this.bytes(field, inner.finish());
  }

  /** The message's bytes, a copy. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #tag(field: number, wireType: number): void {
    if (!Number.isInteger(field) || field < 1 || field > FIELD_MAX) {
      throw new RangeError(`field number: found ${field}, expected 1 to ${FIELD_MAX}`);
    }
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`varint: found ${value}, expected a safe integer, 0 or greater`);
    }
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > MESSAGE_BYTES_MAX) {
      throw new RangeError(`message: found ${needed} bytes, expected at most ${MESSAGE_BYTES_MAX}`);
    }
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.min(MESSAGE_BYTES_MAX, Math.max(needed, this.#length * 2)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
