/** The dictionary indices of a data page, a block at a time. */
import { Damage } from '../../internal/damage.ts';
import { HybridDecoder } from './hybrid-decoder.ts';

/** Most indices given out at once. */
export const INDICES_BLOCK = 8192;

export class DictionaryIndices {
  readonly #decoder: HybridDecoder = new HybridDecoder();
  /** Where `read` leaves its answer. */
  readonly block: Int32Array = new Int32Array(INDICES_BLOCK);

  /** Starts at `bytes[start ..]`: one byte with the width of an index, then the runs. */
  begin(bytes: Uint8Array, start: number, count: number): void {
    if (count === 0) return;
    if (start >= bytes.length) throw new Damage('a page that ends before its dictionary indices');
    this.#decoder.reset(bytes, start + 1, bytes.length, bytes[start]!);
  }

  /** The next `count <= INDICES_BLOCK` indices, to `block[0 ..]`. They may be out of the dictionary's range. */
  read(count: number): void {
    this.#decoder.read(this.block, 0, count);
  }
}
