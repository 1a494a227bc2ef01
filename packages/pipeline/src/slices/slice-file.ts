/**
 * The predictions of a slice in a file of their own, until they are put together.
 *
 *     block   uint32 rows (1 to 8192), then the columns: int32 targets, float64 window ends (ms), float64 values; little-endian
 *
 * Blocks follow each other to the end of the file. Rows are in the order in which the slice made them: by window end, then target.
 * Revision is 0, the model is that of the target: a backfill has no others. Length and SHA-256 stand in the slice's record.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { endianness } from 'node:os';
import { pipeline } from 'node:stream/promises';
import {
  WindrowError,
  assert,
  type ModelIdentity,
  type PredictionBatch,
  type Sink,
} from '@windrow/core';
import { AtomicFile } from '@windrow/io';

const BLOCK_ROWS = 8192;
const HEAD_BYTES = 4;
const ROW_BYTES = 20;

/** What the record says of a file. */
export interface FileSeal {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Takes the predictions of a slice's targets. */
export class SliceSink implements Sink<PredictionBatch> {
  readonly uri: string;
  readonly #file: AtomicFile;
  /** Place of each of the slice's targets among all. */
  readonly #targets: readonly number[] | null;
  readonly #models: readonly ModelIdentity[];
  readonly #hash: Hash = createHash('sha256');
  #sizeBytes = 0;
  #rows = 0;

  private constructor(
    file: AtomicFile,
    targets: readonly number[] | null,
    models: readonly ModelIdentity[],
  ) {
    assert(endianness() === 'LE', 'columns are written as they lie in memory');
    this.uri = file.path;
    this.#file = file;
    this.#targets = targets;
    this.#models = models;
  }

  /**
   * @param targets place of each of the slice's targets among all; null: they are all
   * @param models of all targets
   */
  static async create(
    path: string,
    targets: readonly number[] | null,
    models: readonly ModelIdentity[],
  ): Promise<SliceSink> {
    return new SliceSink(await AtomicFile.create(path), targets, models);
  }

  get seal(): FileSeal {
    return { sizeBytes: this.#sizeBytes, sha256: this.#hash.copy().digest('hex') };
  }

  get rows(): number {
    return this.#rows;
  }

  async write(batch: PredictionBatch): Promise<void> {
    for (let from = 0; from < batch.length; from += BLOCK_ROWS) {
      const bytes = this.#block(batch, from, Math.min(BLOCK_ROWS, batch.length - from));
      this.#hash.update(bytes);
      this.#sizeBytes += bytes.length;
      await this.#file.write(bytes);
    }
    this.#rows += batch.length;
  }

  #block(batch: PredictionBatch, from: number, rows: number): Uint8Array {
    const targets = new Int32Array(rows);
    for (let i = 0; i < rows; i++) {
      const own = batch.definitionIndex[from + i]!;
      const target = this.#targets === null ? own : this.#targets[own]!;
      const { sha256 } = batch.models[batch.modelIndex[from + i]!]!;
      assert(sha256 === this.#models[target]!.sha256, 'one model for each target');
      assert(batch.revisions[from + i] === 0, 'a backfill scores each window once');
      targets[i] = target;
    }
    return Buffer.concat([
      bytesOf(Uint32Array.of(rows)),
      bytesOf(targets),
      bytesOf(batch.windowEndsMs.subarray(from, from + rows)),
      bytesOf(batch.values.subarray(from, from + rows)),
    ]);
  }

  commit(): Promise<void> {
    return this.#file.commit();
  }

  abort(): Promise<void> {
    return this.#file.abort();
  }
}

function bytesOf(column: Uint32Array | Int32Array | Float64Array): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
}

/** Whether a file is what its seal says. */
export async function isSealed(path: string, seal: FileSeal): Promise<boolean> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        sizeBytes += chunk.length;
      }
    });
  } catch {
    return false;
  }
  return sizeBytes === seal.sizeBytes && hash.digest('hex') === seal.sha256;
}

/** Rows of a slice's file, one after the other, a block in memory at a time. */
export class SliceRows {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #targetCount: number;
  #position = 0;
  #targets: Int32Array = new Int32Array(0);
  #endsMs: Float64Array = new Float64Array(0);
  #values: Float64Array = new Float64Array(0);
  #at = 0;

  private constructor(path: string, handle: FileHandle, targetCount: number) {
    this.#path = path;
    this.#handle = handle;
    this.#targetCount = targetCount;
  }

  /** Stands on the first row. @param targetCount of all slices */
  static async open(path: string, targetCount: number): Promise<SliceRows> {
    const handle = await open(path);
    const rows = new SliceRows(path, handle, targetCount);
    try {
      await rows.#readBlock();
    } catch (error) {
      await handle.close();
      throw error;
    }
    return rows;
  }

  /** No row is left. */
  get isOver(): boolean {
    return this.#at === this.#targets.length;
  }

  get target(): number {
    return this.#targets[this.#at]!;
  }

  get windowEndMs(): number {
    return this.#endsMs[this.#at]!;
  }

  get value(): number {
    return this.#values[this.#at]!;
  }

  /** Goes to the next row; true where `settle` must be awaited before anything else. */
  next(): boolean {
    this.#at++;
    return this.isOver;
  }

  /** Reads on after the last row of a block. */
  async settle(): Promise<void> {
    if (this.isOver) await this.#readBlock();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #readBlock(): Promise<void> {
    this.#at = 0;
    const head = new Uint32Array(1);
    const { bytesRead } = await this.#handle.read(head, 0, HEAD_BYTES, this.#position);
    const rows = bytesRead === 0 ? 0 : head[0]!;
    if (bytesRead !== 0 && (bytesRead < HEAD_BYTES || rows === 0 || rows > BLOCK_ROWS)) {
      throw this.#damaged();
    }
    const bytes = new Uint8Array(rows * ROW_BYTES);
    const body = await this.#handle.read(bytes, 0, bytes.length, this.#position + HEAD_BYTES);
    if (body.bytesRead < bytes.length) throw this.#damaged();
    this.#position += bytesRead + bytes.length;
    const column = (from: number, to: number): ArrayBuffer =>
      bytes.buffer.slice(from * rows, to * rows);
    this.#targets = new Int32Array(column(0, 4));
    this.#endsMs = new Float64Array(column(4, 12));
    this.#values = new Float64Array(column(12, 20));
    if (this.#targets.some((target) => target < 0 || target >= this.#targetCount)) {
      throw this.#damaged();
    }
  }

  #damaged(): WindrowError {
    return new WindrowError(
      'FORMAT',
      `${this.#path}: is damaged at byte ${this.#position}, expected blocks of predictions; the same command with --fresh makes it anew`,
    );
  }
}
