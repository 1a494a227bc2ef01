/**
 * Parquet's run-length / bit-packed hybrid: levels and dictionary indices, decoded a part at a time.
 *
 *     run   := varint header, then
 *              header & 1 == 0: one value in ceil(width / 8) bytes, repeated header >> 1 times
 *              header & 1 == 1: (header >> 1) groups of 8 values of `width` bits, least significant first
 */
import { Damage } from '../../internal/damage.ts';

const WIDTH_MAX = 32;

/** A position in a sequence of runs. */
export class HybridDecoder {
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(this.#bytes.buffer);
  #at = 0;
  #end = 0;
  #width = 0;
  /** Values left in the current run. */
  #left = 0;
  #packed = false;
  /** The repeated value of a run that is not packed. */
  #value = 0;
  /** Bits already taken from the byte at `#at` in a packed run. */
  #bit = 0;

  /** Starts at `bytes[start .. end)`, with values of `width` bits. */
  reset(bytes: Uint8Array, start: number, end: number, width: number): void {
    if (width > WIDTH_MAX) throw new Damage(`a bit width of ${width}, at most ${WIDTH_MAX}`);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
    this.#width = width;
    this.#left = 0;
    this.#packed = false;
    this.#value = 0;
    this.#bit = 0;
  }

  /** Whether the next `count` values are one run of `value`. */
  isRunOf(value: number, count: number): boolean {
    if (this.#left === 0) this.#nextRun();
    return !this.#packed && this.#value === value && this.#left >= count;
  }

  /** Decodes `count` values to `out[at ..]`. */
  read(out: Int32Array, at: number, count: number): void {
    if (this.#width === 0) {
      out.fill(0, at, at + count);
      return;
    }
    const end = at + count;
    let to = at;
    while (to < end) {
      if (this.#left === 0) this.#nextRun();
      const take = Math.min(this.#left, end - to);
      if (this.#packed) this.#unpack(out, to, take);
      else out.fill(this.#value, to, to + take);
      this.#left -= take;
      to += take;
    }
  }

  #nextRun(): void {
    // A packed run begins and ends on a byte; what is left of the last byte is padding.
    if (this.#bit > 0) this.#at++;
    this.#bit = 0;
    do {
      const header = this.#varint();
      this.#packed = (header & 1) === 1;
      this.#left = this.#packed ? Math.floor(header / 2) * 8 : Math.floor(header / 2);
      if (!this.#packed) this.#value = this.#repeated();
    } while (this.#left === 0);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.#byte();
      value += (next & 0x7f) * 2 ** shift;
      if ((next & 0x80) === 0) return value;
    }
    throw new Damage('a run header of more than 5 bytes');
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new Damage('the page ends within its levels or indices');
    return this.#bytes[this.#at++]!;
  }

  #repeated(): number {
    let value = 0;
    for (let shift = 0; shift < this.#width; shift += 8) value |= this.#byte() << shift;
    return value;
  }

  #unpack(out: Int32Array, at: number, count: number): void {
    const width = this.#width;
    const bits = this.#bit + count * width;
    if (this.#at + Math.ceil(bits / 8) > this.#end) {
      throw new Damage('the page ends within its levels or indices');
    }
    // Words of 32 bits while they fit the page and hold a whole value, byte by byte for the rest.
    const byWords = width <= 25 ? Math.max(0, Math.min(count, this.#wordsValues())) : 0;
    this.#unpackWords(out, at, byWords);
    this.#unpackBytes(out, at + byWords, count - byWords);
  }

  /** How many values can be read as 32-bit words without reading past the page. */
  #wordsValues(): number {
    const lastStart = (this.#bytes.length - 4 - this.#at) * 8 + 7 - this.#bit;
    return lastStart < 0 ? 0 : Math.floor(lastStart / this.#width) + 1;
  }

  #unpackWords(out: Int32Array, at: number, count: number): void {
    const view = this.#view;
    const width = this.#width;
    const mask = (1 << width) - 1;
    const base = this.#at;
    let bit = this.#bit;
    for (let i = 0; i < count; i++) {
      out[at + i] = (view.getInt32(base + (bit >>> 3), true) >>> (bit & 7)) & mask;
      bit += width;
    }
    this.#at = base + (bit >>> 3);
    this.#bit = bit & 7;
  }

  #unpackBytes(out: Int32Array, at: number, count: number): void {
    const bytes = this.#bytes;
    for (let i = 0; i < count; i++) {
      let value = 0;
      for (let taken = 0; taken < this.#width;) {
        const take = Math.min(8 - this.#bit, this.#width - taken);
        value |= ((bytes[this.#at]! >>> this.#bit) & ((1 << take) - 1)) << taken;
        taken += take;
        this.#bit += take;
        if (this.#bit === 8) {
          this.#bit = 0;
          this.#at++;
        }
      }
      out[at + i] = value;
    }
  }
}
