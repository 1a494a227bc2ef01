/** The cheapest form of each block of a column; FORMAT.md, "Blocks". */
import { BLOCK, CHUNK_POINTS_MAX } from '../chunk-layout.ts';
import { packedBytes } from '../internal/bit-packing.ts';
import { signedBytes } from '../internal/byte-writer.ts';
import { kernels } from '../internal/kernels.ts';
import { byteScratch, intScratch } from '../internal/scratch.ts';

const BLOCKS_MAX = CHUNK_POINTS_MAX / BLOCK;
const WIDTHS = 33;
/** A byte for each residual, for the kernels. */
const bitLengths: Uint8Array = byteScratch(CHUNK_POINTS_MAX);

/** Zigzagged residuals by their number of bits. */
export type BitCounts = Int32Array;

/** Counts of nothing. */
export function bitCounts(): BitCounts {
  return new Int32Array(WIDTHS);
}

/** What `patchedBytes` found best. */
const patched: { width: number; widest: number; patches: number } = {
  width: 0,
  widest: 0,
  patches: 0,
};

/** Bytes of a zigzagged block of `length` residuals, of which `counts[b]` have `b` bits. */
export function patchedBytes(counts: BitCounts, length: number): number {
  let widest = 32;
  while (widest > 0 && counts[widest] === 0) widest--;
  patched.widest = widest;
  patched.width = widest;
  patched.patches = 0;
  let best = 1 + packedBytes(length, widest);
  let patches = 0;
  for (let width = widest - 1; width >= 0; width--) {
    patches += counts[width + 1]!;
    // More patches than this cost more than the narrowest block saves.
    if (3 + patches >= best) break;
    const bytes = 3 + packedBytes(length, width) + patches + packedBytes(patches, widest - width);
    if (bytes < best) {
      best = bytes;
      patched.width = width;
      patched.patches = patches;
    }
  }
  return best;
}

/** The form of each block: columns, by the block's number, one behind the other in the kernels' memory. */
export class BlockPlans {
  readonly #all: Int32Array = intScratch(5 * BLOCKS_MAX);
  /** Where they are in that memory. */
  readonly pointer: number = this.#all.byteOffset;
  /** Bits of what is packed. */
  readonly widths: Int32Array = this.#all.subarray(0, BLOCKS_MAX);
  /** Bits of the largest residual, where there are patches. */
  readonly widest: Int32Array = this.#all.subarray(BLOCKS_MAX, 2 * BLOCKS_MAX);
  /** Number of patches. */
  readonly patches: Int32Array = this.#all.subarray(2 * BLOCKS_MAX, 3 * BLOCKS_MAX);
  /** 1 where residuals are counted from the least one, else they are zigzagged. */
  readonly based: Int32Array = this.#all.subarray(3 * BLOCKS_MAX, 4 * BLOCKS_MAX);
  readonly leasts: Int32Array = this.#all.subarray(4 * BLOCKS_MAX, 5 * BLOCKS_MAX);
  readonly #counts: BitCounts = bitCounts();

  /** Plans the blocks of `residuals[0 .. count)`, and returns their bytes. */
  planAll(residuals: Int32Array, count: number): number {
    if (kernels === null) return this.#planAll(residuals, count);
    return kernels.planAll(residuals.byteOffset, count, this.pointer, bitLengths.byteOffset);
  }

  #planAll(residuals: Int32Array, count: number): number {
    const counts = this.#counts;
    let bytes = 0;
    for (let from = 0; from < count; from += BLOCK) {
      const end = Math.min(from + BLOCK, count);
      counts.fill(0);
      let least = residuals[from]!;
      let greatest = least;
      for (let i = from; i < end; i++) {
        const residual = residuals[i]!;
        counts[32 - Math.clz32((residual << 1) ^ (residual >> 31))]!++;
        if (residual < least) least = residual;
        if (residual > greatest) greatest = residual;
      }
      bytes += this.plan(from / BLOCK, counts, end - from, { least, greatest });
    }
    return bytes;
  }

  /** Plans one block, given what its residuals are like, and returns its bytes. */
  plan(
    block: number,
    counts: BitCounts,
    length: number,
    range: { readonly least: number; readonly greatest: number },
  ): number {
    const { least, greatest } = range;
    const zigzagBytes = patchedBytes(counts, length);
    this.based[block] = 0;
    this.leasts[block] = least;
    this.widths[block] = patched.width;
    this.widest[block] = patched.widest;
    this.patches[block] = patched.patches;
    const width = 32 - Math.clz32(greatest - least);
    // A base takes a byte at least, so it must save a bit a value.
    if (width >= patched.widest) return zigzagBytes;
    const basedBytes = 1 + signedBytes(least) + packedBytes(length, width);
    if (basedBytes >= zigzagBytes) return zigzagBytes;
    this.based[block] = 1;
    this.widths[block] = width;
    this.patches[block] = 0;
    return basedBytes;
  }
}
