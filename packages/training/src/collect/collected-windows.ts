/**
 * Windows that were scored, in a temporary file: fixed-size records in the order in which they came, and by definition where
 * the record of each window end is. A few bytes a window stay in memory.
 *
 *     record: observed cells by input (C uint32, padded to 8 bytes), then the tensor (C * T float64 or float32), little-endian
 */
import { assert } from '@windrow/core';
import type { SpillFile } from '@windrow/pipeline';
import { tensorLength, type Dtype, type TensorForm } from '../tensor-form.ts';

/** The record of a window, valid until the next one is read. */
export interface CollectedWindow {
  readonly tensor: Float64Array | Float32Array;
  /** Observed cells of each input before filling, 0 to T. */
  readonly observed: Uint32Array;
}

/** Windows of one definition, ascending in time. */
export interface WindowList {
  readonly endsMs: Float64Array;
  readonly records: Float64Array;
}

export class WindowRecords {
  readonly #file: SpillFile;
  readonly #dtype: Dtype;
  readonly #channels: number;
  readonly #observedBytes: number;
  readonly #tensorBytes: number;
  readonly recordBytes: number;
  /** By definition: window ends in the order of their records. */
  readonly #endsMs: number[][];
  /** By definition: number of the record of each. */
  readonly #records: number[][];
  #count = 0;
  readonly #read: Uint8Array;

  constructor(form: TensorForm, file: SpillFile) {
    this.#file = file;
    this.#dtype = form.dtype;
    this.#channels = form.channels;
    this.#observedBytes = Math.ceil(form.channels / 2) * 8;
    this.#tensorBytes = tensorLength(form) * (form.dtype === 'float64' ? 8 : 4);
    // Records begin at multiples of 8 bytes.
    this.recordBytes = this.#observedBytes + Math.ceil(this.#tensorBytes / 8) * 8;
    this.#endsMs = form.definitions.map(() => []);
    this.#records = form.definitions.map(() => []);
    this.#read = new Uint8Array(this.recordBytes);
  }

  /** The parts of a record that lies at `bytes[at ..]`. */
  viewAt(bytes: Uint8Array<ArrayBuffer>, at: number): CollectedWindow {
    const from = bytes.byteOffset + at;
    const tensorFrom = from + this.#observedBytes;
    return {
      observed: new Uint32Array(bytes.buffer, from, this.#channels),
      tensor:
        this.#dtype === 'float64'
          ? new Float64Array(bytes.buffer, tensorFrom, this.#tensorBytes / 8)
          : new Float32Array(bytes.buffer, tensorFrom, this.#tensorBytes / 4),
    };
  }

  /** Appends records, whose windows are `definitions[i]`, `endsMs[i]`. */
  async append(
    bytes: Uint8Array,
    definitions: readonly number[],
    endsMs: readonly number[],
  ): Promise<void> {
    assert(bytes.length === definitions.length * this.recordBytes, 'whole records');
    await this.#file.append(bytes);
    this.adopt(definitions, endsMs);
  }

  /** Takes over records that stand in the file already, behind those known so far. */
  adopt(definitions: readonly number[], endsMs: readonly number[]): void {
    for (const [i, definition] of definitions.entries()) {
      this.#endsMs[definition]!.push(endsMs[i]!);
      this.#records[definition]!.push(this.#count++);
    }
  }

  /** The windows of the records from the `first`-th on, in the order of their records. */
  since(first: number): { readonly definitions: number[]; readonly endsMs: number[] } {
    const definitions: number[] = Array.from({ length: this.#count - first }, () => -1);
    const endsMs: number[] = Array.from({ length: this.#count - first }, () => 0);
    for (const [definition, records] of this.#records.entries()) {
      for (let i = records.length - 1; i >= 0 && records[i]! >= first; i--) {
        definitions[records[i]! - first] = definition;
        endsMs[records[i]! - first] = this.#endsMs[definition]![i]!;
      }
    }
    return { definitions, endsMs };
  }

  /** Records in all. */
  get count(): number {
    return this.#count;
  }

  /** The windows of a definition in ascending order of their ends; `records` are what `read` takes. */
  windows(definition: number): WindowList {
    const ends = this.#endsMs[definition]!;
    const records = this.#records[definition]!;
    const isAscending = ends.every((endMs, i) => i === 0 || endMs > ends[i - 1]!);
    const order = isAscending
      ? null
      : ends.map((_, i) => i).toSorted((a, b) => ends[a]! - ends[b]!);
    return {
      endsMs: Float64Array.from(ends, (_, i) => ends[order?.[i] ?? i]!),
      records: Float64Array.from(records, (_, i) => records[order?.[i] ?? i]!),
    };
  }

  /** Reads a record; the views are valid until the next one is read. */
  async read(record: number): Promise<CollectedWindow> {
    const bytes = this.#read as Uint8Array<ArrayBuffer>;
    await this.#file.read(bytes, record * this.recordBytes);
    return this.viewAt(bytes, 0);
  }

  /** The bytes of a record's tensor, a copy. */
  async tensorBytes(record: number): Promise<Buffer> {
    const bytes = Buffer.alloc(this.#tensorBytes);
    await this.#file.read(bytes, record * this.recordBytes + this.#observedBytes);
    return bytes;
  }
}
