/** How the numbers of a Parquet column are stored, and how they become float64. */
import {
  MICROSECONDS,
  MILLISECONDS,
  NANOSECONDS,
  int64ToMs,
  type TimeUnit,
} from '../../internal/integer-time.ts';
import type { SchemaElement } from 'hyparquet/src/types.js';

const WORD = 0x1_0000_0000;

/** Numbers of one physical type. */
export interface NumberKind {
  /** Bytes of a value in PLAIN encoding, little-endian. */
  readonly width: 4 | 8 | 12;
  /** For DELTA_BINARY_PACKED: integers of this many bits; null where the type has no such encoding. */
  readonly integerBits: 32 | 64 | null;
  /** Converts the first `count` values of `words` (aligned to 8 bytes) to `out[at ..]`. */
  readonly convert: (words: AlignedBytes, count: number, out: Float64Array, at: number) => void;
}

/** The same bytes under several types. */
export interface AlignedBytes {
  readonly bytes: Uint8Array;
  readonly int32: Int32Array;
  readonly uint32: Uint32Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}

const double: NumberKind = {
  width: 8,
  integerBits: null,
  convert: (words, count, out, at) => out.set(words.float64.subarray(0, count), at),
};

const float: NumberKind = {
  width: 4,
  integerBits: null,
  convert: (words, count, out, at) => out.set(words.float32.subarray(0, count), at),
};

const int32: NumberKind = {
  width: 4,
  integerBits: 32,
  convert: (words, count, out, at) => out.set(words.int32.subarray(0, count), at),
};

const uint32: NumberKind = {
  width: 4,
  integerBits: 32,
  convert: (words, count, out, at) => out.set(words.uint32.subarray(0, count), at),
};

const uint64: NumberKind = {
  width: 8,
  integerBits: 64,
  convert: (words, count, out, at) => {
    const { uint32: halves } = words;
    for (let i = 0; i < count; i++) out[at + i] = halves[2 * i + 1]! * WORD + halves[2 * i]!;
  },
};

function int64(unit: TimeUnit): NumberKind {
  return {
    width: 8,
    integerBits: 64,
    convert: (words, count, out, at) => int64ToMs(words.int32, count, unit, out, at),
  };
}

const JULIAN_DAY_OF_1970 = 2_440_588;
const DAY_MS = 86_400_000;
const NANOSECONDS_PER_MS = 1_000_000;

/** Nanoseconds of the day (int64), then the Julian day (int32): what Spark and Impala wrote before 2018. */
const int96: NumberKind = {
  width: 12,
  integerBits: null,
  convert: (words, count, out, at) => {
    const { int32: halves } = words;
    for (let i = 0; i < count; i++) {
      const nanoseconds = halves[3 * i + 1]! * WORD + (halves[3 * i]! >>> 0);
      const day = halves[3 * i + 2]! - JULIAN_DAY_OF_1970;
      out[at + i] = day * DAY_MS + Math.floor(nanoseconds / NANOSECONDS_PER_MS);
    }
  },
};

/** How a column of timestamps is read: integers are milliseconds; null where the type is no such thing. */
export function timeKind(element: SchemaElement): NumberKind | null {
  if (element.type === 'INT96') return int96;
  if (element.type === 'INT32') return isPlainInteger(element) ? integerKind(element) : null;
  if (element.type !== 'INT64') return null;
  const unit = timeUnit(element);
  if (unit !== null) return int64(unit);
  return isPlainInteger(element) ? integerKind(element) : null;
}

/** The unit of a timestamp column, or null where it is no timestamp. */
function timeUnit(element: SchemaElement): TimeUnit | null {
  const logical = element.logical_type;
  if (logical?.type === 'TIMESTAMP') {
    if (logical.unit === 'MILLIS') return MILLISECONDS;
    return logical.unit === 'MICROS' ? MICROSECONDS : NANOSECONDS;
  }
  if (element.converted_type === 'TIMESTAMP_MILLIS') return MILLISECONDS;
  return element.converted_type === 'TIMESTAMP_MICROS' ? MICROSECONDS : null;
}

/** How a column of values is read; null where the type is no number. */
export function valueKind(element: SchemaElement): NumberKind | null {
  if (element.type === 'DOUBLE') return double;
  if (element.type === 'FLOAT') return float;
  return isPlainInteger(element) ? integerKind(element) : null;
}

function isPlainInteger(element: SchemaElement): boolean {
  if (element.type !== 'INT32' && element.type !== 'INT64') return false;
  const { converted_type: converted, logical_type: logical } = element;
  if (logical !== undefined) return logical.type === 'INTEGER';
  return converted === undefined || /^U?INT_/.test(converted);
}

function integerKind(element: SchemaElement): NumberKind {
  const logical = element.logical_type;
  const unsigned =
    element.converted_type?.startsWith('UINT_') === true ||
    (logical?.type === 'INTEGER' && !logical.isSigned);
  if (element.type === 'INT32') return unsigned ? uint32 : int32;
  return unsigned ? uint64 : int64(MILLISECONDS);
}
