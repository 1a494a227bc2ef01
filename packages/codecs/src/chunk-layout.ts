/**
 * The chunk form: points of one metric. The bytes are described in docs/FORMAT.md; here are their numbers.
 */

/** First byte of a chunk of version 1. */
export const CHUNK_MARK = 0xc1;
/** Version that this package writes. */
export const CHUNK_VERSION = 1;
/** Greatest number of points in a chunk. */
export const CHUNK_POINTS_MAX = 65_536;
/** Bit of the flags byte: statistics follow. */
export const CHUNK_HAS_STATS = 0x01;
/** Values of a block of a column. */
export const BLOCK = 128;
/** Greatest decimal exponent: up to it 10^e is exact in float64. */
export const EXPONENT_MAX = 22;
/** Distinct values of a dictionary at most. */
export const CHUNK_DICTIONARY_MAX = 4096;
/** Low bits that a column may set apart at most. */
export const LOW_BITS_MAX = 26;

/** How the integers of a column follow from its residuals. */
export const COLUMN_REGULAR = 0;
export const COLUMN_REFERENCE = 1;
export const COLUMN_DELTA = 2;
export const COLUMN_DELTA_OF_DELTA = 3;
export const COLUMN_JITTER = 4;

/** How values are laid out. */
export const LAYOUT_PLAIN = 0;
export const LAYOUT_CONSTANT = 1;
export const LAYOUT_HOLD = 2;
export const LAYOUT_DICTIONARY = 3;
/** Bit of the layout byte: decimals, else words. */
export const LAYOUT_DECIMAL = 0x04;

/** Bits of a block's first byte. */
export const BLOCK_PATCHED = 0x40;
export const BLOCK_BASED = 0x80;

/** 10^0 .. 10^22, all exact. */
export const POWERS_OF_TEN: Float64Array = Float64Array.from({ length: EXPONENT_MAX + 1 }, (_, e) =>
  Number(`1e${e}`),
);

/** What a chunk says of its points without being decoded. */
export interface ChunkStats {
  /** Least and greatest timestamp, ms. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Least and greatest value that is not NaN; NaN where there is none. `-0 < +0`. */
  readonly min: number;
  readonly max: number;
  /** First and last value in the chunk's order. */
  readonly first: number;
  readonly last: number;
}

/** What a chunk's head says. */
export interface ChunkInfo {
  readonly version: number;
  /** Number of points. */
  readonly count: number;
  /** Bytes of the chunk as a whole. */
  readonly sizeBytes: number;
  /** null where the chunk has none. */
  readonly stats: ChunkStats | null;
}
