/**
 * Byte strings in DELTA_LENGTH_BYTE_ARRAY (lengths, then bytes) and DELTA_BYTE_ARRAY (lengths of what is shared with the
 * string before, then the rest in the former encoding), one at a time.
 */
import { Damage } from '../../internal/damage.ts';
import { readDeltaIntegers } from './delta-integers.ts';

/** Longer strings are no ids, and a shared prefix could make a small page into a huge one. */
const LENGTH_MAX = 1024;

export class DeltaIds {
  /** The string that `next` found: the first `length` bytes. */
  readonly text: Uint8Array = new Uint8Array(LENGTH_MAX);
  length = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #index = 0;
  #prefixes: Int32Array | null = null;
  #lengths: Int32Array = new Int32Array(0);

  /** Starts with `count` strings at `bytes[start ..]`. */
  begin(
    encoding: 'DELTA_LENGTH_BYTE_ARRAY' | 'DELTA_BYTE_ARRAY',
    bytes: Uint8Array,
    start: number,
    count: number,
  ): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#index = 0;
    this.length = 0;
    this.#lengths = new Int32Array(count);
    this.#prefixes = encoding === 'DELTA_BYTE_ARRAY' ? new Int32Array(count) : null;
    if (count === 0) return;
    if (this.#prefixes !== null) this.#at = readDeltaIntegers(bytes, this.#at, this.#prefixes);
    this.#at = readDeltaIntegers(bytes, this.#at, this.#lengths);
  }

  /** Moves to the next string. */
  next(): void {
    const prefix = this.#prefixes === null ? 0 : this.#prefixes[this.#index]!;
    const rest = this.#lengths[this.#index++];
    if (rest === undefined) throw new Damage('a page with fewer ids than its header says');
    const end = this.#at + rest;
    if (prefix < 0 || rest < 0 || prefix > this.length || end > this.#bytes.length) {
      throw new Damage(`an id of ${prefix} shared and ${rest} own bytes, which are not there`);
    }
    if (prefix + rest > LENGTH_MAX) throw new Damage(`an id of ${prefix + rest} bytes`);
    this.text.set(this.#bytes.subarray(this.#at, end), prefix);
    this.length = prefix + rest;
    this.#at = end;
  }
}
