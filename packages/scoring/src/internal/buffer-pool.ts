/**
 * Memory for batches, bounded over all models, taken again instead of allocated again.
 *
 * Sizes are powers of two, so that a buffer which one model gives back fits another; above `POOLED_BYTES_MAX` they are
 * exact, since a single row may be that large.
 */
import { assert } from '@windrow/core';

const BYTES_MIN = 4096;
const POOLED_BYTES_MAX = 1 << 26;

export class BufferPool {
  readonly #bytesMax: number;
  readonly #areShared: boolean;
  readonly #free: Map<number, ArrayBufferLike[]> = new Map();
  #freeBytes = 0;
  #usedBytes = 0;

  /**
   * @param bytesMax of all buffers together, those that wait to be taken again included
   * @param areShared whether other threads read them
   */
  constructor(bytesMax: number, areShared: boolean) {
    this.#bytesMax = bytesMax;
    this.#areShared = areShared;
  }

  /** Bytes of all buffers, taken and free. */
  get bytes(): number {
    return this.#usedBytes + this.#freeBytes;
  }

  /**
   * A buffer of at least `bytes`, with undefined contents; null where the bound forbids it. While nothing is taken the bound
   * yields, so that a row larger than it can still be scored.
   */
  take(bytes: number): ArrayBufferLike | null {
    const size = sizeOf(bytes);
    const kept = this.#free.get(size)?.pop();
    if (kept !== undefined) {
      this.#freeBytes -= size;
      this.#usedBytes += size;
      return kept;
    }
    if (this.bytes + size > this.#bytesMax) this.#drop(this.bytes + size - this.#bytesMax);
    if (this.#usedBytes > 0 && this.#usedBytes + size > this.#bytesMax) return null;
    this.#usedBytes += size;
    return this.#areShared ? new SharedArrayBuffer(size) : new ArrayBuffer(size);
  }

  /** Takes a buffer back. */
  give(buffer: ArrayBufferLike): void {
    const size = buffer.byteLength;
    this.#usedBytes -= size;
    assert(this.#usedBytes >= 0, 'a buffer is given back once');
    if (this.bytes + size > this.#bytesMax) return;
    this.#freeBytes += size;
    const kept = this.#free.get(size);
    if (kept === undefined) this.#free.set(size, [buffer]);
    else kept.push(buffer);
  }

  /** Lets go of kept buffers, the largest first, until `bytes` are free or none is left. */
  #drop(bytes: number): void {
    let missing = bytes;
    for (const [size, kept] of [...this.#free].toSorted((a, b) => b[0] - a[0])) {
      while (missing > 0 && kept.pop() !== undefined) {
        missing -= size;
        this.#freeBytes -= size;
      }
    }
  }
}

function sizeOf(bytes: number): number {
  if (bytes > POOLED_BYTES_MAX) return Math.ceil(bytes / BYTES_MIN) * BYTES_MIN;
  let size = BYTES_MIN;
  while (size < bytes) size *= 2;
  return size;
}
