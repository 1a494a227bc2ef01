/** Numbers of a Parquet column (timestamps as ms, values) as float64; NaN for null. */
import { Damage } from '../../internal/damage.ts';
import type { Page } from './chunk-pages.ts';
import type { ValueDecoder } from './column-cursor.ts';
import { readDeltaIntegers } from './delta-integers.ts';
import { DictionaryIndices, INDICES_BLOCK } from './dictionary-indices.ts';
import { joinStreams } from './join-streams.ts';
import type { AlignedBytes, NumberKind } from './number-kind.ts';

/** Values converted at a time. */
const BLOCK = 8192;
const WIDTH_MAX = 12;

export class NumberDecoder implements ValueDecoder<Float64Array> {
  readonly nullValue: number = Number.NaN;
  readonly #kind: NumberKind;
  readonly #name: string;
  readonly #scratch: AlignedBytes = alignedBytes(BLOCK * WIDTH_MAX);
  readonly #indices: DictionaryIndices = new DictionaryIndices();
  #entries: Float64Array = new Float64Array(0);
  #isIndices = false;
  /** Of the current page: its values in PLAIN encoding, and where the next one is. */
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** @param name of the column, for messages */
  constructor(kind: NumberKind, name: string) {
    this.#kind = kind;
    this.#name = name;
  }

  reset(): void {
    this.#entries = new Float64Array(0);
  }

  dictionary(page: Page): void {
    if (page.valueCount * this.#kind.width > page.bytes.length) {
      throw new Damage(`a dictionary of ${page.valueCount} numbers in ${page.bytes.length} bytes`);
    }
    this.#startPlain(page.bytes, 0);
    this.#entries = new Float64Array(page.valueCount);
    this.#readPlain(this.#entries, 0, page.valueCount);
  }

  begin(page: Page, start: number, count: number): void {
    const { bytes, encoding } = page;
    if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') {
      this.#isIndices = true;
      this.#indices.begin(bytes, start, count);
    } else if (encoding === 'PLAIN') {
      this.#startPlain(bytes, start);
    } else if (encoding === 'BYTE_STREAM_SPLIT') {
      this.#startPlain(joinStreams(bytes, start, count, this.#kind.width), 0);
    } else if (encoding === 'DELTA_BINARY_PACKED' && this.#kind.integerBits !== null) {
      this.#startPlain(unpackDelta(bytes, start, count, this.#kind.integerBits), 0);
    } else {
      throw new Damage(`${this.#name} in encoding ${encoding}, which is not supported`);
    }
  }

  read(out: Float64Array, at: number, count: number): void {
    if (this.#isIndices) this.#readIndices(out, at, count);
    else this.#readPlain(out, at, count);
  }

  #startPlain(bytes: Uint8Array, start: number): void {
    this.#isIndices = false;
    this.#bytes = bytes;
    this.#at = start;
  }

  #readPlain(out: Float64Array, at: number, count: number): void {
    const { width, convert } = this.#kind;
    const scratch = this.#scratch;
    if (this.#at + count * width > this.#bytes.length) {
      throw new Damage(`a page that ends within its ${this.#name}`);
    }
    for (let done = 0; done < count;) {
      const take = Math.min(count - done, BLOCK);
      const end = this.#at + take * width;
      scratch.bytes.set(this.#bytes.subarray(this.#at, end));
      convert(scratch, take, out, at + done);
      this.#at = end;
      done += take;
    }
  }

  #readIndices(out: Float64Array, at: number, count: number): void {
    const entries = this.#entries;
    const size = entries.length;
    const block = this.#indices.block;
    for (let done = 0; done < count;) {
      const take = Math.min(count - done, INDICES_BLOCK);
      this.#indices.read(take);
      for (let i = 0; i < take; i++) {
        const index = block[i]!;
        if (index >>> 0 >= size) throw new Damage(`index ${index} in a dictionary of ${size}`);
        out[at + done + i] = entries[index]!;
      }
      done += take;
    }
  }
}

function alignedBytes(size: number): AlignedBytes {
  const buffer = new ArrayBuffer(size);
  return {
    bytes: new Uint8Array(buffer),
    int32: new Int32Array(buffer),
    uint32: new Uint32Array(buffer),
    float32: new Float32Array(buffer),
    float64: new Float64Array(buffer),
  };
}

function unpackDelta(bytes: Uint8Array, start: number, count: number, bits: 32 | 64): Uint8Array {
  if (count === 0) return new Uint8Array(0);
  const values = bits === 32 ? new Int32Array(count) : new BigInt64Array(count);
  readDeltaIntegers(bytes, start, values);
  return new Uint8Array(values.buffer);
}
