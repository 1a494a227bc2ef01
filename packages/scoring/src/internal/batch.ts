/**
 * Rows of one group in one buffer: targets (int32) and window ends (float64) from the end backwards, and from the start, where memory is
 * aligned best, the tensors (float64 or float32).
 */
import type { BatchGroup } from './batch-group.ts';
import type { BufferPool } from './buffer-pool.ts';
import type { QueuedRows } from './queued-rows.ts';

/** Bytes a row takes besides its tensor: a window end and a target. */
const ROW_OVERHEAD_BYTES = 12;

/** Bytes of a buffer with room for so many rows of `rowBytes` each. */
export function batchBytes(rows: number, rowBytes: number): number {
  return rows * (rowBytes + ROW_OVERHEAD_BYTES);
}

export class Batch implements QueuedRows {
  readonly group: BatchGroup;
  readonly #buffer: ArrayBufferLike;
  readonly #pool: BufferPool;
  /** Rows for which there is room. */
  readonly capacity: number;
  /** Row-major `[capacity, ...rowDims]`. */
  readonly data: Float64Array | Float32Array;
  readonly windowEndsMs: Float64Array;
  readonly targets: Int32Array;
  /** When it was opened, on the scorer's clock. */
  readonly openedMs: number;
  /** Rows committed. */
  length = 0;

  /** @param buffer taken from the pool, and given back to it in the end */
  constructor(group: BatchGroup, buffer: ArrayBufferLike, pool: BufferPool, openedMs: number) {
    const { rowLength, rowBytes } = group;
    const room = Math.floor(buffer.byteLength / (rowBytes + ROW_OVERHEAD_BYTES));
    const capacity = group.wholeRows(room);
    this.group = group;
    this.#buffer = buffer;
    this.#pool = pool;
    this.openedMs = openedMs;
    this.capacity = capacity;
    const length = capacity * rowLength;
    this.data =
      group.binding.dtype === 'float64'
        ? new Float64Array(buffer, 0, length)
        : new Float32Array(buffer, 0, length);
    const endsAt = Math.floor(buffer.byteLength / 8) * 8 - capacity * 8;
    this.windowEndsMs = new Float64Array(buffer, endsAt, capacity);
    this.targets = new Int32Array(buffer, endsAt - capacity * 4, capacity);
  }

  get sizeBytes(): number {
    return this.#buffer.byteLength;
  }

  release(): void {
    this.#pool.give(this.#buffer);
  }

  push(target: number, windowEndMs: number): void {
    const row = this.length++;
    this.targets[row] = target;
    this.windowEndsMs[row] = windowEndMs;
  }
}
