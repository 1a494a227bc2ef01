/** Metric ids of an Arrow column as slots: text or 16 bytes, plain or dictionary-encoded. */
import { DataType, Vector, type Data } from 'apache-arrow';
import {
  INVALID_SLOT,
  METRIC_ID_BYTES,
  METRIC_ID_TEXT_LENGTH,
  type MetricDictionary,
} from '@windrow/core';
import { Damage } from '../../internal/damage.ts';
import { NULL_ID_SLOT, type InvalidIds } from '../../internal/invalid-ids.ts';
import { entries, isNull, validity } from './column-bounds.ts';
import { TextIdCache } from './text-id-cache.ts';

const NAME = 'metric_id';

/** Reads ids of one column, batch after batch. */
export class ArrowIds {
  readonly #dictionary: MetricDictionary;
  readonly #invalidIds: InvalidIds;
  readonly #texts: TextIdCache = new TextIdCache();
  /** The dictionary batch whose slots are known. */
  #entriesOf: Vector | null = null;
  #slots: Int32Array = new Int32Array(0);

  constructor(dictionary: MetricDictionary, invalidIds: InvalidIds) {
    this.#dictionary = dictionary;
    this.#invalidIds = invalidIds;
  }

  /** Whether a column of this type can hold ids. */
  static canRead(type: DataType): boolean {
    if (DataType.isDictionary(type)) return ArrowIds.canRead(type.dictionary);
    if (DataType.isFixedSizeBinary(type)) return type.byteWidth === METRIC_ID_BYTES;
    return isText(type) || isBinary(type);
  }

  /** Entries `[from, from + count)` to `out[0 ..]`. Throws Damage where they are not there. */
  read(data: Data, from: number, count: number, out: Int32Array): void {
    if (DataType.isDictionary(data.type)) this.#readIndices(data, from, count, out);
    else this.#readPlain(data, from, count, out, 0);
    markNulls(data, from, count, out, 0);
  }

  #readIndices(data: Data, from: number, count: number, out: Int32Array): void {
    const slots = this.#entrySlots(data);
    const start = data.offset + from;
    const indices = entries(data.values as ArrayLike<number | bigint>, start + count, NAME);
    const bits = validity(data, NAME);
    for (let i = 0; i < count; i++) {
      const slot = slots[Number(indices[start + i]!)];
      if (slot !== undefined) out[i] = slot;
      else if (bits === null || !isNull(bits, start + i)) {
        throw new Damage(`index ${indices[start + i]} in a dictionary of ${slots.length} ids`);
      }
    }
  }

  #entrySlots(data: Data): Int32Array {
    const { dictionary } = data;
    if (dictionary === undefined)
      throw new Damage('a dictionary-encoded column without its dictionary');
    if (dictionary === this.#entriesOf) return this.#slots;
    const slots = new Int32Array(
      dictionary.data.reduce((sum, part) => sum + checkedLength(part), 0),
    );
    let at = 0;
    for (const part of dictionary.data) {
      this.#readPlain(part, 0, part.length, slots, at);
      markNulls(part, 0, part.length, slots, at);
      at += part.length;
    }
    this.#entriesOf = dictionary;
    this.#slots = slots;
    return slots;
  }

  #readPlain(data: Data, from: number, count: number, out: Int32Array, at: number): void {
    const { type } = data;
    if (DataType.isFixedSizeBinary(type)) this.#readFixed(data, from, count, out, at);
    else if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) {
      this.#readViews(data, from, count, out, at);
    } else this.#readOffsets(data, from, count, out, at);
  }

  #readFixed(data: Data, from: number, count: number, out: Int32Array, at: number): void {
    const start = data.offset + from;
    const bytes = entries(data.values as Uint8Array, (start + count) * METRIC_ID_BYTES, NAME);
    for (let i = 0; i < count; i++) {
      out[at + i] = this.#dictionary.internBytes(bytes, (start + i) * METRIC_ID_BYTES);
    }
  }

  #readOffsets(data: Data, from: number, count: number, out: Int32Array, at: number): void {
    const start = data.offset + from;
    const offsets = entries(
      data.valueOffsets as ArrayLike<number | bigint>,
      start + count + 1,
      NAME,
    );
    const bytes = entries(data.values as Uint8Array, 0, NAME);
    const isBytes = isBinary(data.type);
    const words = isBytes ? null : wordsOf(bytes);
    let begin = Number(offsets[start]!);
    for (let i = 0; i < count; i++) {
      const end = Number(offsets[start + i + 1]!);
      if (!(begin >= 0 && begin <= end && end <= bytes.length)) {
        throw new Damage(`an id at bytes ${begin} to ${end} of ${bytes.length}`);
      }
      out[at + i] =
        words !== null && end - begin === METRIC_ID_TEXT_LENGTH && (begin & 3) === 0
          ? this.#textSlot(bytes, words, begin)
          : this.#slot(bytes, begin, end - begin, isBytes);
      begin = end;
    }
  }

  #textSlot(bytes: Uint8Array, words: Int32Array, begin: number): number {
    const kept = this.#texts.find(words, begin >> 2);
    if (kept >= 0) return kept;
    const slot = this.#slot(bytes, begin, METRIC_ID_TEXT_LENGTH, false);
    if (slot >= 0) this.#texts.keep(words, begin >> 2, slot);
    return slot;
  }

  /** Views are rare; the library finds the bytes. */
  #readViews(data: Data, from: number, count: number, out: Int32Array, at: number): void {
    const vector = new Vector([data]);
    for (let i = 0; i < count; i++) {
      const value: unknown = vector.get(from + i);
      if (typeof value === 'string') {
        const slot = this.#dictionary.intern(value);
        out[at + i] = slot === INVALID_SLOT ? this.#invalidIds.add(value) : slot;
      } else if (value instanceof Uint8Array) {
        out[at + i] = this.#slot(value, 0, value.length, true);
      } else {
        out[at + i] = NULL_ID_SLOT;
      }
    }
  }

  #slot(bytes: Uint8Array, start: number, length: number, isBytes: boolean): number {
    if (isBytes && length === METRIC_ID_BYTES) return this.#dictionary.internBytes(bytes, start);
    const slot = this.#dictionary.internAscii(bytes, start, length);
    if (slot !== INVALID_SLOT) return slot;
    return this.#invalidIds.addBytes(bytes.subarray(start, start + length), !isBytes);
  }
}

function markNulls(data: Data, from: number, count: number, out: Int32Array, at: number): void {
  const bits = validity(data, NAME);
  if (bits === null) return;
  for (let i = 0; i < count; i++) {
    if (isNull(bits, data.offset + from + i)) out[at + i] = NULL_ID_SLOT;
  }
}

/** The same memory as words, or null where it does not begin at one. */
function wordsOf(bytes: Uint8Array): Int32Array | null {
  return (bytes.byteOffset & 3) === 0
    ? new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
    : null;
}

function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type);
}

function isBinary(type: DataType): boolean {
  return DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type);
}

/** An entry of a dictionary takes at least a byte of some buffer, or it is not there. */
function checkedLength(part: Data): number {
  const held = part.byteLength;
  if (part.length > held) throw new Damage(`a dictionary of ${part.length} ids in ${held} bytes`);
  return part.length;
}
