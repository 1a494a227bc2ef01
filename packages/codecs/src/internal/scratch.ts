/**
 * Working memory that encoders and decoders share between calls, so that a call allocates nothing a point. It grows to the
 * largest chunk met, which CHUNK_POINTS_MAX bounds, whatever the input declares. Calls are synchronous and none enters
 * another that uses the same piece.
 */
import { PACKING_SLACK } from './bit-packing.ts';

/** An Int32Array that grows. */
export class IntScratch {
  #array: Int32Array = new Int32Array(1024 + PACKING_SLACK);

  /** At least `count` elements and the slack of packing, holding anything. */
  of(count: number): Int32Array {
    if (this.#array.length < count + PACKING_SLACK) {
      this.#array = new Int32Array(2 * count + PACKING_SLACK);
    }
    return this.#array;
  }
}

/** A Float64Array that grows. */
export class FloatScratch {
  #array: Float64Array = new Float64Array(1024);

  /** At least `count` elements, holding anything. */
  of(count: number): Float64Array {
    if (this.#array.length < count) this.#array = new Float64Array(2 * count);
    return this.#array;
  }
}
