/** Samples sorted by slice, in memory or spilled, taken from front to back. */
import { assert, type SampleColumns } from '@windrow/core';
import type { SpillFile } from '../later-samples.ts';

export interface Run {
  /** Slice of the next sample; Infinity at the end. */
  readonly slice: number;
  readonly rowsInMemory: number;
  /** Moves samples of the slice to `batch` until it is full, or the run has no more of them. */
  take(slice: number, batch: SampleColumns): Promise<void>;
}

export class MemoryRun implements Run {
  readonly #rows: SampleColumns;
  readonly #sliceMs: number;
  #at = 0;

  constructor(rows: SampleColumns, sliceMs: number) {
    this.#rows = rows;
    this.#sliceMs = sliceMs;
  }

  get slice(): number {
    if (this.#at === this.#rows.length) return Number.POSITIVE_INFINITY;
    return Math.floor(this.#rows.timestampsMs[this.#at]! / this.#sliceMs);
  }

  get rowsInMemory(): number {
    return this.#at === this.#rows.length ? 0 : this.#rows.length;
  }

  take(slice: number, batch: SampleColumns): Promise<void> {
    const { slots, timestampsMs, values } = this.#rows;
    while (!batch.full && this.slice === slice) {
      batch.push(slots[this.#at]!, timestampsMs[this.#at]!, values[this.#at]!);
      this.#at++;
    }
    return Promise.resolve();
  }
}

/** Rows of a block; a block lies in the file column by column: timestamps, values (8 bytes each), slots (4). */
const BLOCK_ROWS = 2048;
const ROW_BYTES = 20;
/** Blocks that are written at once. */
const WRITTEN_BLOCKS = 16;

export class SpilledRun implements Run {
  readonly rowsInMemory: number = 0;
  readonly #file: SpillFile;
  readonly #sliceMs: number;
  readonly #length: number;
  #taken = 0;
  #block: Columns = columnsOf(0);
  #blockStart = 0;
  #first: number;

  private constructor(rows: SampleColumns, sliceMs: number, file: SpillFile) {
    this.#file = file;
    this.#sliceMs = sliceMs;
    this.#length = rows.length;
    this.#first = Math.floor(rows.timestampsMs[0]! / sliceMs);
  }

  /** Writes sorted samples, at least one, to a file. */
  static async write(rows: SampleColumns, sliceMs: number, file: SpillFile): Promise<SpilledRun> {
    assert(rows.length > 0, 'a run has samples');
    const buffer = new ArrayBuffer(Math.min(WRITTEN_BLOCKS * BLOCK_ROWS, rows.length) * ROW_BYTES);
    for (let from = 0; from < rows.length;) {
      const start = from;
      for (let i = 0; i < WRITTEN_BLOCKS && from < rows.length; i++) {
        const count = Math.min(BLOCK_ROWS, rows.length - from);
        const block = columnsIn(buffer, (from - start) * ROW_BYTES, count);
        block.timestampsMs.set(rows.timestampsMs.subarray(from, from + count));
        block.values.set(rows.values.subarray(from, from + count));
        block.slots.set(rows.slots.subarray(from, from + count));
        from += count;
      }
      await file.append(new Uint8Array(buffer, 0, (from - start) * ROW_BYTES));
    }
    return new SpilledRun(rows, sliceMs, file);
  }

  get slice(): number {
    return this.#first;
  }

  async take(slice: number, batch: SampleColumns): Promise<void> {
    while (!batch.full && this.#first === slice) {
      if (this.#taken === this.#blockStart + this.#block.slots.length) await this.#readBlock();
      this.#takeFromBlock(slice, batch);
      await this.#look();
    }
  }

  #takeFromBlock(slice: number, batch: SampleColumns): void {
    const { slots, timestampsMs, values } = this.#block;
    let at = this.#taken - this.#blockStart;
    while (at < slots.length && !batch.full) {
      const timestampMs = timestampsMs[at]!;
      if (Math.floor(timestampMs / this.#sliceMs) !== slice) break;
      batch.push(slots[at]!, timestampMs, values[at]!);
      at++;
    }
    this.#taken = this.#blockStart + at;
  }

  /** Finds the slice of the next sample. */
  async #look(): Promise<void> {
    if (this.#taken === this.#length) {
      this.#first = Number.POSITIVE_INFINITY;
      this.#block = columnsOf(0);
      await this.#file.remove();
      return;
    }
    if (this.#taken === this.#blockStart + this.#block.slots.length) await this.#readBlock();
    this.#first = Math.floor(
      this.#block.timestampsMs[this.#taken - this.#blockStart]! / this.#sliceMs,
    );
  }

  async #readBlock(): Promise<void> {
    this.#blockStart = this.#taken;
    const rows = Math.min(BLOCK_ROWS, this.#length - this.#taken);
    if (rows !== this.#block.slots.length) this.#block = columnsOf(rows);
    await this.#file.read(this.#block.bytes, this.#taken * ROW_BYTES);
  }
}

interface Columns {
  readonly bytes: Uint8Array;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  readonly slots: Int32Array;
}

function columnsOf(rows: number): Columns {
  return columnsIn(new ArrayBuffer(rows * ROW_BYTES), 0, rows);
}

/** A block that begins at a multiple of 8. */
function columnsIn(buffer: ArrayBuffer, start: number, rows: number): Columns {
  return {
    bytes: new Uint8Array(buffer, start, rows * ROW_BYTES),
    timestampsMs: new Float64Array(buffer, start, rows),
    values: new Float64Array(buffer, start + rows * 8, rows),
    slots: new Int32Array(buffer, start + rows * 16, rows),
  };
}
