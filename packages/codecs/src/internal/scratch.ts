/**
 * Working memory that encoders and decoders share between calls, so that a call allocates nothing a point: parts of the kernels'
 * memory, as large as the largest chunk or block. Calls are synchronous and none enters another that uses the same piece.
 */
import { CHUNK_POINTS_MAX } from '../chunk-layout.ts';
import { MEMORY } from './kernels.ts';

/** Elements that there are beyond the last, for loops over groups, and before the first. */
const SLACK = 64;
/** The first page is the kernels' own. */
let free = 65_536;

function take(bytes: number): number {
  const at = free;
  free = (at + bytes + 63) & ~63;
  return at;
}

/** Int32 elements, one for each point of a chunk; 16 bytes before them may be written too. */
export function intScratch(length: number = CHUNK_POINTS_MAX): Int32Array {
  return new Int32Array(MEMORY, take((length + 2 * SLACK) * 4) + SLACK * 4, length + SLACK);
}

/** Float64 elements, one for each point of a chunk. */
export function floatScratch(length: number = CHUNK_POINTS_MAX): Float64Array {
  return new Float64Array(MEMORY, take((length + SLACK) * 8), length + SLACK);
}

/** Bytes. */
export function byteScratch(length: number): Uint8Array {
  return new Uint8Array(MEMORY, take(length + SLACK), length + SLACK);
}
