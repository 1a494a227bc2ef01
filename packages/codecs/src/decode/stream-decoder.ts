/** Streams of blocks as samples, from pieces of any size; FORMAT.md, "The stream". */
import { crc32 } from 'node:zlib';
import {
  SampleColumns,
  WindrowError,
  type MetricDictionary,
  type SampleBatch,
} from '@windrow/core';
import { ByteReader } from '../internal/byte-reader.ts';
import { viewOf } from '../internal/byte-view.ts';
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
  STREAM_PAYLOAD_BYTES_MAX,
  STREAM_VERSION,
} from '../stream-layout.ts';
import { readSamples, readSamplesHead } from './stream-block.ts';

const ID_BYTES = 16;
/** Bytes whose checksum may be taken in vain: so many at first, and so many more for each byte read. */
const VAIN_BYTES = 8 * STREAM_PAYLOAD_BYTES_MAX;
const VAIN_BYTES_A_BYTE = 8;

/** Bytes of a stream that gave no samples. */
export interface StreamDamage {
  /** Where they start, from the start of the stream. */
  readonly offset: number;
  readonly sizeBytes: number;
  /** What was found and what was expected. */
  readonly reason: string;
}

/**
 * Reads a stream piece by piece: `for (const batch of decoder.push(piece)) ...`, and `decoder.end()` alike
 * after the last piece. Whatever is
 * damaged is skipped up to the next whole block and told to `damaged`; a block whose ids were lost is skipped too, until
 * the stream repeats them. Nothing is thrown for what the bytes contain.
 *
 * Memory: a block at most (2 MiB) of bytes held back, one block of rows (20 bytes each, as many as the largest block
 * met), and 24 bytes for each id that the stream really had, up to STREAM_IDS_MAX.
 */
export class StreamDecoder {
  readonly #dictionary: MetricDictionary;
  readonly #damaged: (damage: StreamDamage) => void;
  #columns: SampleColumns;
  /** Bytes held back, an incomplete block, are the first `#heldBytes` of `#held`; it takes `#neededBytes` to go on. */
  #held: Uint8Array = new Uint8Array(0);
  #heldBytes = 0;
  #neededBytes = 0;
  /** Offset in the stream of the first byte not consumed. */
  #offset = 0;
  /** Where damage began that has not been told yet, and why; null where there is none. */
  #damageFrom: number | null = null;
  #damageReason = '';
  /** How many bytes may still be checked in vain, and how far to go on from where no block was found. */
  #vainBytes = VAIN_BYTES;
  #skipBytes = 1;
  /** The slot of each id of the stream, the CRC-32 of the ids, and their number. */
  #slotOf: Int32Array = new Int32Array(64);
  #ids = 0;
  #idsCheck = 0;

  /**
   * @param dictionary interns the ids; batches refer to it
   * @param damaged takes what could not be read
   */
  constructor(dictionary: MetricDictionary, damaged: (damage: StreamDamage) => void) {
    this.#dictionary = dictionary;
    this.#damaged = damaged;
    this.#columns = new SampleColumns(dictionary, 1024);
  }

  /**
   * The batches of the blocks that `piece` completes. A batch is valid until the next one is asked for; the piece is the
   * caller's again at the end.
   */
  *push(piece: Uint8Array): Generator<SampleBatch, void, undefined> {
    const bytes = this.#append(piece);
    if (bytes !== null) yield* this.#blocks(bytes, false);
  }

  /** The batches that stand behind an incomplete block, which is told. The decoder is then ready for another stream. */
  *end(): Generator<SampleBatch, void, undefined> {
    yield* this.#blocks(this.#held.slice(0, this.#heldBytes), true);
    this.#endDamage(this.#offset);
    this.#offset = 0;
    this.#forgetIds();
  }

  /** What is held and the piece; null where that is not enough to go on, and held. */
  #append(piece: Uint8Array): Uint8Array | null {
    if (this.#heldBytes === 0) return piece;
    const size = this.#heldBytes + piece.length;
    if (size > this.#held.length) {
      const grown = new Uint8Array(Math.max(size, 2 * this.#held.length));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(piece, this.#heldBytes);
    this.#heldBytes = size;
    return size < this.#neededBytes ? null : this.#held.slice(0, size);
  }

  /** Reads the blocks in `bytes`, skipping what is none, and holds back what may become one unless these are the last. */
  *#blocks(bytes: Uint8Array, isLast: boolean): Generator<SampleBatch, void, undefined> {
    let at = 0;
    try {
      while (at < bytes.length) {
        const size = this.#blockAt(bytes, at);
        const start = at;
        if (size > 0) {
          this.#endDamage(this.#offset + at);
          const batch = this.#read(bytes, at, at + size);
          at += size;
          if (batch !== null) yield batch;
        } else if (size === 0) {
          at = nextMark(bytes, at + this.#skipBytes);
        } else {
          this.#neededBytes = -size;
          if (!isLast) break;
          this.#startDamage(this.#offset + at, 'an incomplete block at the end');
          at = nextMark(bytes, at + 1);
        }
        const earned = VAIN_BYTES_A_BYTE * (at - start);
        this.#vainBytes = Math.min(VAIN_BYTES, this.#vainBytes + earned);
      }
    } finally {
      this.#offset += at;
      this.#hold(bytes.subarray(at));
    }
  }

  #hold(rest: Uint8Array): void {
    if (rest.length > this.#held.length) this.#held = new Uint8Array(2 * rest.length);
    this.#held.set(rest);
    this.#heldBytes = rest.length;
  }

  /** The size of the whole and undamaged block at `at`; 0 where there is none; less where that many bytes are needed. */
  #blockAt(bytes: Uint8Array, at: number): number {
    this.#skipBytes = 1;
    if (bytes.length - at < STREAM_HEAD_BYTES) return -STREAM_HEAD_BYTES;
    const view = viewOf(bytes);
    const reason = headFault(bytes, view, at);
    if (reason !== null) {
      this.#startDamage(this.#offset + at, reason);
      return 0;
    }
    const size = STREAM_HEAD_BYTES + view.getUint32(at + HEAD_SIZE_AT, true);
    if (bytes.length - at < size) return -size;
    const payload = bytes.subarray(at + STREAM_HEAD_BYTES, at + size);
    if (crc32(payload) === view.getUint32(at + HEAD_CRC_AT, true)) return size;
    this.#startDamage(this.#offset + at, 'a block whose checksum does not agree with its bytes');
    // Blocks may stand inside what this one claims. But heads within heads, each claiming a lot, must not cost a checksum
    // of it each: there comes a point from which such blocks are passed over as a whole.
    this.#vainBytes -= size;
    if (this.#vainBytes < 0) this.#skipBytes = size;
    return 0;
  }

  #startDamage(offset: number, reason: string): void {
    if (this.#damageFrom !== null) return;
    this.#damageFrom = offset;
    this.#damageReason = reason;
  }

  #endDamage(offset: number): void {
    if (this.#damageFrom === null) return;
    const sizeBytes = offset - this.#damageFrom;
    this.#damaged({ offset: this.#damageFrom, sizeBytes, reason: this.#damageReason });
    this.#damageFrom = null;
  }

  /** The samples of a block, or null where it has none that can be read. */
  #read(bytes: Uint8Array, start: number, end: number): SampleBatch | null {
    const payload = bytes.subarray(start + STREAM_HEAD_BYTES, end);
    const reader = new ByteReader(payload, start + STREAM_HEAD_BYTES, 'block');
    const kind = bytes[start + HEAD_KIND_AT];
    try {
      if (kind === KIND_IDS) {
        this.#readIds(reader);
        return null;
      }
      return this.#readRows(reader);
    } catch (error) {
      if (!(error instanceof WindrowError)) throw error;
      const offset = this.#offset + start;
      this.#damaged({ offset, sizeBytes: end - start, reason: error.message });
      return null;
    }
  }

  #readRows(reader: ByteReader): SampleBatch {
    const idsCheck = reader.u32();
    if (this.#ids === 0 || idsCheck !== this.#idsCheck) {
      reader.fail('samples whose metric ids were lost', 'the ids before them');
    }
    const head = readSamplesHead(reader);
    if (head.rows > this.#columns.capacity) {
      this.#columns = new SampleColumns(this.#dictionary, head.rows);
    }
    readSamples(reader, head, this.#slotOf.subarray(0, this.#ids), this.#columns);
    if (reader.at !== reader.end) {
      reader.fail(`${reader.end - reader.at} bytes after the last row`, 'none');
    }
    return this.#columns;
  }

  #readIds(reader: ByteReader): void {
    const before = reader.u32();
    const first = reader.unsigned(STREAM_IDS_MAX, 'first id');
    if (first === 0) this.#forgetIds();
    if (first !== this.#ids || before !== this.#idsCheck) {
      reader.fail(`ids from ${first} on, after others than were read`, `ids from ${this.#ids} on`);
    }
    const count = reader.unsigned(STREAM_IDS_MAX - first, 'count of ids');
    reader.need(count * ID_BYTES);
    if (reader.end - reader.at !== count * ID_BYTES) {
      reader.fail(`${reader.end - reader.at} bytes of ids`, `${count * ID_BYTES}`);
    }
    const bytes = new Uint8Array(
      reader.view.buffer,
      reader.view.byteOffset + reader.at,
      count * ID_BYTES,
    );
    if (first + count > this.#slotOf.length) {
      const grown = new Int32Array(2 * (first + count));
      grown.set(this.#slotOf);
      this.#slotOf = grown;
    }
    for (let i = 0; i < count; i++) {
      this.#slotOf[first + i] = this.#dictionary.internBytes(bytes, i * ID_BYTES);
    }
    this.#ids = first + count;
    this.#idsCheck = crc32(bytes, this.#idsCheck);
  }

  #forgetIds(): void {
    this.#ids = 0;
    this.#idsCheck = 0;
  }
}

/** Why there is no head of a block at `at`; null where there is one. */
function headFault(bytes: Uint8Array, view: DataView, at: number): string | null {
  if (view.getUint32(at, true) !== STREAM_MARK) return 'bytes that start no block';
  // A copy: `slice` of a Buffer would be a view of the caller's bytes.
  const head = new Uint8Array(STREAM_HEAD_BYTES);
  head.set(bytes.subarray(at, at + STREAM_HEAD_BYTES));
  head[HEAD_CHECK_AT] = 0;
  head[HEAD_CHECK_AT + 1] = 0;
  if ((crc32(head) & 0xffff) !== view.getUint16(at + HEAD_CHECK_AT, true)) return 'a damaged head';
  const version = head[HEAD_VERSION_AT];
  if (version !== STREAM_VERSION) return `version ${version}, expected ${STREAM_VERSION}`;
  const kind = head[HEAD_KIND_AT];
  if (kind !== KIND_IDS && kind !== KIND_SAMPLES) return `a block of kind ${kind}, expected 1 or 2`;
  const size = view.getUint32(at + HEAD_SIZE_AT, true);
  if (size <= STREAM_PAYLOAD_BYTES_MAX) return null;
  return `a payload of ${size} bytes, expected at most ${STREAM_PAYLOAD_BYTES_MAX}`;
}

/** The next place from `from` on where a mark may start; the last three bytes may be the start of one. */
function nextMark(bytes: Uint8Array, from: number): number {
  const firstByte = STREAM_MARK & 0xff;
  for (let at = from; ; at++) {
    const found = bytes.indexOf(firstByte, at);
    if (found < 0) return bytes.length;
    if (bytes.length - found < 4) return found;
    if (viewOf(bytes).getUint32(found, true) === STREAM_MARK) return found;
    at = found;
  }
}
