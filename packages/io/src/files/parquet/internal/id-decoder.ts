/**
 * Metric ids of a Parquet column as slots: text, or 16 bytes.
 *
 * An entry of a dictionary page is looked up once, however many rows refer to it.
 */
import { METRIC_ID_BYTES, type MetricDictionary } from '@windrow/core';
import { Damage } from '../../internal/damage.ts';
import { NULL_ID_SLOT, type InvalidIds } from '../../internal/invalid-ids.ts';
import type { Page } from './chunk-pages.ts';
import type { ValueDecoder } from './column-cursor.ts';
import { DeltaIds } from './delta-ids.ts';
import { DictionaryIndices, INDICES_BLOCK } from './dictionary-indices.ts';
import { joinStreams } from './join-streams.ts';

/** How ids are stored. */
export interface IdForm {
  /** Length of FIXED_LEN_BYTE_ARRAY, or null for BYTE_ARRAY. */
  readonly fixedLength: number | null;
  /** Whether the column is declared as text; else 16 bytes are taken as the id itself. */
  readonly isText: boolean;
}

export class IdDecoder implements ValueDecoder<Int32Array> {
  readonly nullValue: number = NULL_ID_SLOT;
  readonly #form: IdForm;
  readonly #dictionary: MetricDictionary;
  readonly #invalidIds: InvalidIds;
  /** Of the chunk's dictionary; empty before it is there. */
  #slots: Int32Array = new Int32Array(0);
  /** The dictionary page that was looked up last: many row groups of a file have the same. */
  #knownPage: Buffer = Buffer.alloc(0);
  #knownSlots: Int32Array = new Int32Array(0);
  readonly #indices: DictionaryIndices = new DictionaryIndices();
  readonly #deltas: DeltaIds = new DeltaIds();
  /** Of the current page: how its values are stored. */
  #mode: 'indices' | 'plain' | 'delta' = 'plain';
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(form: IdForm, dictionary: MetricDictionary, invalidIds: InvalidIds) {
    this.#form = form;
    this.#dictionary = dictionary;
    this.#invalidIds = invalidIds;
  }

  reset(): void {
    this.#slots = new Int32Array(0);
  }

  dictionary(page: Page): void {
    const { bytes, valueCount } = page;
    // Each entry takes at least its length, or the fixed length, of the page.
    const least = this.#form.fixedLength ?? 4;
    if (valueCount * least > bytes.length) {
      throw new Damage(`a dictionary of ${valueCount} ids in ${bytes.length} bytes`);
    }
    const isKnown = this.#knownSlots.length === valueCount && this.#knownPage.equals(bytes);
    if (!isKnown) this.#learn(bytes, valueCount);
    this.#slots = this.#knownSlots;
  }

  #learn(bytes: Uint8Array, count: number): void {
    const slots = new Int32Array(count);
    this.#startPlain(bytes, 0);
    this.#readPlain(slots, 0, count);
    this.#knownSlots = slots;
    this.#knownPage = Buffer.from(bytes);
  }

  begin(page: Page, start: number, count: number): void {
    const { encoding, bytes } = page;
    if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') {
      this.#mode = 'indices';
      this.#indices.begin(bytes, start, count);
    } else if (encoding === 'PLAIN') {
      this.#startPlain(bytes, start);
    } else if (encoding === 'BYTE_STREAM_SPLIT' && this.#form.fixedLength !== null) {
      this.#startPlain(joinStreams(bytes, start, count, this.#form.fixedLength), 0);
    } else if (encoding === 'DELTA_LENGTH_BYTE_ARRAY' || encoding === 'DELTA_BYTE_ARRAY') {
      this.#mode = 'delta';
      this.#deltas.begin(encoding, bytes, start, count);
    } else {
      throw new Damage(`metric_id in encoding ${encoding}, which is not supported`);
    }
  }

  read(out: Int32Array, at: number, count: number): void {
    if (this.#mode === 'indices') this.#readIndices(out, at, count);
    else if (this.#mode === 'plain') this.#readPlain(out, at, count);
    else this.#readDeltas(out, at, count);
  }

  #startPlain(bytes: Uint8Array, start: number): void {
    this.#mode = 'plain';
    this.#bytes = bytes;
    this.#at = start;
  }

  #readIndices(out: Int32Array, at: number, count: number): void {
    const slots = this.#slots;
    const size = slots.length;
    const block = this.#indices.block;
    for (let done = 0; done < count;) {
      const take = Math.min(count - done, INDICES_BLOCK);
      this.#indices.read(take);
      for (let i = 0; i < take; i++) {
        const index = block[i]!;
        if (index >>> 0 >= size) throw new Damage(`index ${index} in a dictionary of ${size} ids`);
        out[at + done + i] = slots[index]!;
      }
      done += take;
    }
  }

  #readPlain(out: Int32Array, at: number, count: number): void {
    const bytes = this.#bytes;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = this.#at;
    for (let i = 0; i < count; i++) {
      let length = this.#form.fixedLength;
      if (length === null) {
        if (from + 4 > bytes.length) throw new Damage('a page that ends within its ids');
        length = view.getUint32(from, true);
        from += 4;
      }
      if (length > bytes.length - from) throw new Damage('a page that ends within its ids');
      out[at + i] = this.#slot(bytes, from, length);
      from += length;
    }
    this.#at = from;
  }

  #readDeltas(out: Int32Array, at: number, count: number): void {
    const deltas = this.#deltas;
    for (let i = 0; i < count; i++) {
      deltas.next();
      out[at + i] = this.#slot(deltas.text, 0, deltas.length);
    }
  }

  #slot(bytes: Uint8Array, start: number, length: number): number {
    const { isText } = this.#form;
    if (!isText && length === METRIC_ID_BYTES) return this.#dictionary.internBytes(bytes, start);
    const slot = this.#dictionary.internAscii(bytes, start, length);
    if (slot >= -1) return slot;
    return this.#invalidIds.addBytes(bytes.subarray(start, start + length), isText);
  }
}
