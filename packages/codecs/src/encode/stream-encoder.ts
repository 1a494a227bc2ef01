/** Samples as a stream of blocks; FORMAT.md, "The stream". */
import { crc32 } from 'node:zlib';
import { MetricDictionary, WindrowError, assert, type SampleBatch } from '@windrow/core';
import { ByteWriter } from '../internal/byte-writer.ts';
import { wordsOf } from '../internal/float-words.ts';
import { periodOf, repeat } from '../internal/turns.ts';
import {
  HEAD_CHECK_AT,
  HEAD_CRC_AT,
  HEAD_KIND_AT,
  HEAD_SIZE_AT,
  HEAD_VERSION_AT,
  KIND_IDS,
  KIND_SAMPLES,
  STREAM_HEAD_BYTES,
  STREAM_IDS_MAX,
  STREAM_MARK,
  STREAM_ROWS_MAX,
  STREAM_VERSION,
} from '../stream-layout.ts';
import { writeSamples, type StreamRows } from './stream-block.ts';

const ID_BYTES = 16;
/** All ids are repeated after so many times their bytes: about 3 % of the stream. */
const IDS_SHARE = 32;
/** Ids in a block at most. */
const IDS_A_BLOCK = 65_536;
const UNMAPPED = -1;
/** Rows that there is room for at first. */
const FIRST_ROWS = 256;

/** Takes the bytes of whole blocks; a view that is valid during the call only, and until it calls an encoder itself. */
export type EmitBytes = (bytes: Uint8Array) => void;

export interface StreamEncoderOptions {
  /**
   * Rows a block, 1 .. STREAM_ROWS_MAX. More rows take fewer bytes each; fewer come out sooner. Default: STREAM_ROWS_MAX.
   */
  readonly rowsPerBlock?: number;
}

/**
 * Gathers samples into blocks. What one encoder emits, in order, is one stream; streams may follow each other. Memory: 20
 * bytes a row of a block, its encoded form, and 24 bytes an id. Nothing is allocated a row.
 */
export class StreamEncoder {
  readonly #rowsPerBlock: number;
  readonly #ids: MetricDictionary = new MetricDictionary();
  /** Rows gathered so far; longer than `#rows`, and grown up to a block. */
  #slots: Int32Array = new Int32Array(FIRST_ROWS);
  #timestampsMs: Float64Array = new Float64Array(FIRST_ROWS);
  #values: Float64Array = new Float64Array(FIRST_ROWS);
  #rows = 0;
  /** Slots of a block whose rows are not gathered. */
  #wholeSlots: Int32Array = new Int32Array(0);
  /** How many ids were emitted, and the CRC-32 of these. */
  #idsEmitted = 0;
  #idsCheck = 0;
  /** Bytes emitted since all ids were. */
  #bytesSinceIds = 0;
  /** The slots here of the slots of `#mapped`. */
  #mapped: MetricDictionary | null = null;
  #slotOf: Int32Array = new Int32Array(0);
  /** The ids of `#mapped`. */
  #mappedIds: Uint8Array = new Uint8Array(0);

  constructor(options: StreamEncoderOptions = {}) {
    const rowsPerBlock = options.rowsPerBlock ?? STREAM_ROWS_MAX;
    assert(
      Number.isInteger(rowsPerBlock) && rowsPerBlock >= 1 && rowsPerBlock <= STREAM_ROWS_MAX,
      `rowsPerBlock is an integer from 1 to ${STREAM_ROWS_MAX}`,
    );
    this.#rowsPerBlock = rowsPerBlock;
  }

  /**
   * Adds the rows of a batch, and emits each block that they complete. Rows must have a slot of the batch's dictionary and
   * an integer timestamp in core's range; anything else is the caller's mistake and fails an assertion.
   * @throws WindrowError FORMAT beyond STREAM_IDS_MAX ids
   */
  write(batch: SampleBatch, emit: EmitBytes): void {
    this.#map(batch.dictionary);
    const bits = wordsOf(batch.values);
    for (let from = 0; from < batch.length;) {
      if (this.#rows === 0 && batch.length - from >= this.#rowsPerBlock) {
        this.#emitWhole(batch, from, emit);
        from += this.#rowsPerBlock;
        continue;
      }
      const count = Math.min(batch.length - from, this.#rowsPerBlock - this.#rows);
      const rows = this.#rows;
      this.#reserve(rows + count);
      this.#mapSlots(batch, from, count, this.#slots.subarray(rows));
      this.#timestampsMs.set(batch.timestampsMs.subarray(from, from + count), rows);
      wordsOf(this.#values).set(bits.subarray(from * 2, (from + count) * 2), rows * 2);
      this.#rows += count;
      from += count;
      if (this.#rows === this.#rowsPerBlock) this.flush(emit);
    }
  }

  /** Emits the rows gathered so far as a block, if there are any. */
  flush(emit: EmitBytes): void {
    if (this.#rows === 0) return;
    this.#emitRows(
      {
        length: this.#rows,
        slots: this.#slots,
        timestampsMs: this.#timestampsMs,
        values: this.#values,
      },
      emit,
    );
    this.#rows = 0;
  }

  /** Emits the rows of a block from `from` on, which need not be gathered. */
  #emitWhole(batch: SampleBatch, from: number, emit: EmitBytes): void {
    const length = this.#rowsPerBlock;
    if (this.#wholeSlots.length === 0) this.#wholeSlots = new Int32Array(length);
    const slots = this.#wholeSlots;
    this.#mapSlots(batch, from, length, slots);
    const timestampsMs = batch.timestampsMs.subarray(from, from + length);
    const values = batch.values.subarray(from, from + length);
    this.#emitRows({ length, slots, timestampsMs, values }, emit);
  }

  /** The slots here of `count` rows from `from` on. */
  #mapSlots(batch: SampleBatch, from: number, count: number, slots: Int32Array): void {
    const { slots: theirs } = batch;
    const slotOf = this.#slotOf;
    const known = slotOf.length;
    const period = periodOf(theirs, from, count);
    const distinct = period === 0 ? count : period;
    for (let i = 0; i < distinct; i++) {
      const slot = theirs[from + i]!;
      const mapped = slot >= 0 && slot < known ? slotOf[slot]! : UNMAPPED;
      slots[i] = mapped === UNMAPPED ? this.#newSlot(slot) : mapped;
    }
    repeat(slots, distinct, count);
  }

  /** Makes room for so many rows. */
  #reserve(rows: number): void {
    if (rows <= this.#slots.length) return;
    const capacity = Math.min(Math.max(rows, 2 * this.#slots.length), this.#rowsPerBlock);
    const slots = new Int32Array(capacity);
    const timestampsMs = new Float64Array(capacity);
    const values = new Float64Array(capacity);
    slots.set(this.#slots);
    timestampsMs.set(this.#timestampsMs);
    wordsOf(values).set(wordsOf(this.#values));
    this.#slots = slots;
    this.#timestampsMs = timestampsMs;
    this.#values = values;
  }

  /** Makes `#slotOf` that of this dictionary. */
  #map(dictionary: MetricDictionary): void {
    if (this.#mapped !== dictionary) {
      this.#mapped = dictionary;
      this.#slotOf.fill(UNMAPPED);
    }
    this.#mappedIds = dictionary.bytes();
    if (this.#slotOf.length >= dictionary.size) return;
    const grown = new Int32Array(2 * dictionary.size).fill(UNMAPPED);
    grown.set(this.#slotOf);
    this.#slotOf = grown;
  }

  /** Gives a slot of the batch's dictionary one here. */
  #newSlot(slot: number): number {
    assert(slot >= 0 && slot * ID_BYTES < this.#mappedIds.length, 'a row to be written has an id');
    if (this.#ids.size === STREAM_IDS_MAX) {
      throw new WindrowError(
        'FORMAT',
        `stream: found more than ${STREAM_IDS_MAX} metric ids, expected fewer: start another stream`,
      );
    }
    const mapped = this.#ids.internBytes(this.#mappedIds, slot * ID_BYTES);
    this.#slotOf[slot] = mapped;
    return mapped;
  }

  #emitIds(emit: EmitBytes): void {
    const first = this.#idsEmitted;
    const count = Math.min(IDS_A_BLOCK, this.#ids.size - first);
    const bytes = this.#ids.bytes().subarray(first * ID_BYTES, (first + count) * ID_BYTES);
    const writer = openBlock();
    writer.u32(this.#idsCheck);
    writer.unsigned(first);
    writer.unsigned(count);
    writer.bytes.set(bytes, writer.at);
    writer.at += bytes.length;
    this.#idsEmitted += count;
    this.#idsCheck = crc32(bytes, this.#idsCheck);
    emit(seal(writer, KIND_IDS));
  }

  #emitRows(rows: StreamRows, emit: EmitBytes): void {
    const idsBytes = this.#ids.size * ID_BYTES;
    if (this.#bytesSinceIds > IDS_SHARE * idsBytes) {
      this.#idsEmitted = 0;
      this.#idsCheck = 0;
    }
    if (this.#idsEmitted === 0) this.#bytesSinceIds = 0;
    while (this.#idsEmitted < this.#ids.size) this.#emitIds(emit);
    const writer = openBlock();
    writeSamples(writer, rows, this.#ids.size, this.#idsCheck);
    const block = seal(writer, KIND_SAMPLES);
    this.#bytesSinceIds += block.length;
    emit(block);
  }
}

/** A writer behind the head of a block. */
function openBlock(): ByteWriter {
  const writer = new ByteWriter();
  writer.at += STREAM_HEAD_BYTES;
  return writer;
}

/** Fills the head of a block whose payload is written, and returns the block. */
function seal(writer: ByteWriter, kind: number): Uint8Array {
  const { bytes, view, start, at: end } = writer;
  const payload = start + STREAM_HEAD_BYTES;
  view.setUint32(start, STREAM_MARK, true);
  view.setUint8(start + HEAD_VERSION_AT, STREAM_VERSION);
  view.setUint8(start + HEAD_KIND_AT, kind);
  view.setUint16(start + HEAD_CHECK_AT, 0);
  view.setUint32(start + HEAD_SIZE_AT, end - payload, true);
  view.setUint32(start + HEAD_CRC_AT, crc32(bytes.subarray(payload, end)), true);
  view.setUint16(start + HEAD_CHECK_AT, crc32(bytes.subarray(start, payload)) & 0xffff, true);
  return writer.written();
}
