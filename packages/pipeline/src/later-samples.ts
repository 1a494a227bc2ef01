/**
 * Samples that came too early to be windowed, put aside until the watermark has come near: an external sort by time slice
 * that keeps the order of arrival within a slice, in bounded memory.
 *
 * Samples are appended to a buffer. A full buffer becomes a *run*: its samples sorted by slice (stable), in memory as long
 * as the budget lasts, else written to the spill space and read back block by block. Taking a slice takes its samples from
 * the runs one after the other, which is the order of arrival.
 */
import { SampleColumns, assert, type MetricDictionary, type SampleBatch } from '@windrow/core';
import { MemoryRun, SpilledRun, type Run } from './internal/runs.ts';
import { sortBySlice } from './internal/sort-by-slice.ts';

/** Where runs go that do not fit in memory. Written once, read once, from front to back. */
export interface SpillSpace {
  create(): Promise<SpillFile>;
  /** Removes everything. */
  close(): Promise<void>;
}

export interface SpillFile {
  /** Appends; the bytes are the caller's again afterwards. */
  append(bytes: Uint8Array): Promise<void>;
  /** Reads exactly `out.length` bytes at `position`. */
  read(out: Uint8Array, position: number): Promise<void>;
  remove(): Promise<void>;
}

export interface LaterOptions {
  /** Length of a slice; slices are aligned to the epoch. */
  readonly sliceMs: number;
  /** Samples held in memory, in the buffer and in runs (20 bytes each). */
  readonly rowsMax: number;
}

export class LaterSamples {
  readonly sliceMs: number;
  readonly #dictionary: MetricDictionary;
  readonly #space: SpillSpace;
  readonly #bufferRows: number;
  readonly #memoryRows: number;
  #buffer: SampleColumns;
  #bufferFirst = Number.POSITIVE_INFINITY;
  #runs: Run[] = [];
  #rowsPut = 0;
  #rowsSpilled = 0;
  readonly #batch: SampleColumns;

  constructor(dictionary: MetricDictionary, space: SpillSpace, options: LaterOptions) {
    assert(options.rowsMax >= 64, 'room for some samples');
    this.sliceMs = options.sliceMs;
    this.#dictionary = dictionary;
    this.#space = space;
    // Half of the room for the buffer, a quarter for runs, the rest for sorting.
    this.#bufferRows = Math.floor(options.rowsMax / 2);
    this.#memoryRows = Math.floor(options.rowsMax / 4);
    this.#buffer = new SampleColumns(dictionary, Math.min(this.#bufferRows, 4096));
    this.#batch = new SampleColumns(dictionary, Math.min(65_536, options.rowsMax));
  }

  /** How many samples were put aside, and how many of those went to the spill space. */
  get statistics(): { readonly put: number; readonly spilled: number } {
    return { put: this.#rowsPut, spilled: this.#rowsSpilled };
  }

  /** Puts a sample aside. `full` then tells whether `makeRoom` must come before the next. */
  put(slot: number, timestampMs: number, value: number): void {
    if (this.#buffer.full) this.#growBuffer();
    this.#buffer.push(slot, timestampMs, value);
    this.#rowsPut++;
    const slice = Math.floor(timestampMs / this.sliceMs);
    if (slice < this.#bufferFirst) this.#bufferFirst = slice;
  }

  #growBuffer(): void {
    const grown = new SampleColumns(this.#dictionary, this.#buffer.capacity * 2);
    grown.slots.set(this.#buffer.slots);
    grown.timestampsMs.set(this.#buffer.timestampsMs);
    grown.values.set(this.#buffer.values);
    grown.length = this.#buffer.length;
    this.#buffer = grown;
  }

  /** To be called between batches: makes a run of the buffer when it holds its share. */
  async makeRoom(): Promise<void> {
    if (this.#buffer.length >= this.#bufferRows) await this.#seal();
  }

  /** Start (ms) of the earliest slice that holds samples; Infinity if none. */
  get earliestMs(): number {
    let slice = this.#bufferFirst;
    for (const run of this.#runs) slice = Math.min(slice, run.slice);
    return slice * this.sliceMs;
  }

  /** Makes a run of what is in the buffer. */
  async #seal(): Promise<void> {
    const buffer = this.#buffer;
    if (buffer.length === 0) return;
    const sorted = sortBySlice(buffer, this.sliceMs);
    const inMemory = this.#runs.reduce((rows, run) => rows + run.rowsInMemory, 0);
    if (inMemory + sorted.length <= this.#memoryRows) {
      this.#runs.push(new MemoryRun(sorted, this.sliceMs));
    } else {
      this.#runs.push(await SpilledRun.write(sorted, this.sliceMs, await this.#space.create()));
      this.#rowsSpilled += sorted.length;
    }
    buffer.length = 0;
    this.#bufferFirst = Number.POSITIVE_INFINITY;
  }

  /**
   * Takes the samples of the slice that starts at `earliestMs`, in order of arrival. A batch is the consumer's until it asks
   * for the next one.
   */
  async *take(): AsyncGenerator<SampleBatch> {
    const sliceMs = this.earliestMs;
    const slice = sliceMs / this.sliceMs;
    if (this.#bufferFirst === slice) await this.#seal();
    const batch = this.#batch;
    for (const run of this.#runs) {
      while (run.slice === slice) {
        batch.length = 0;
        await run.take(slice, batch);
        yield batch;
      }
    }
    this.#runs = this.#runs.filter((run) => run.slice !== Number.POSITIVE_INFINITY);
  }
}
