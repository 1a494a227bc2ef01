/** Reads what `GrowingBytes` wrote; nothing is read beyond the end, and nothing is allocated on a number found in the bytes. */
import { WindrowError } from '@windrow/core';

const decoder = new TextDecoder('utf-8', { fatal: true });

export class ByteCursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  /** @param what names the bytes in messages */
  constructor(bytes: Uint8Array, what: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** The next bytes, a view. */
  take(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  text(): string {
    const bytes = this.take(this.u32());
    try {
      return decoder.decode(bytes);
    } catch {
      throw this.fault('bytes that are no text');
    }
  }

  fault(found: string): WindrowError {
    return new WindrowError('FORMAT', `${this.#what}: found ${found} before byte ${this.#at}`);
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.left) throw this.fault(`an end that lacks ${length - this.left} bytes`);
    this.#at += length;
    return at;
  }
}
