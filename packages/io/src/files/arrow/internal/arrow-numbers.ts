/** Numbers of an Arrow column as float64: timestamps as ms, values. NaN for null. */
import { DataType, DateUnit, Precision, TimeUnit as ArrowUnit, type Data } from 'apache-arrow';
import {
  DAYS,
  MICROSECONDS,
  MILLISECONDS,
  NANOSECONDS,
  SECONDS,
  int64ToMs,
  type TimeUnit,
} from '../../internal/integer-time.ts';
import { entries, isNull, validity } from './column-bounds.ts';

/** Reads entries `[from, from + count)` to `out[0 ..]`. Throws Damage where they are not there. */
export type NumberReader = (data: Data, from: number, count: number, out: Float64Array) => void;

const units: Readonly<Record<ArrowUnit, TimeUnit>> = {
  [ArrowUnit.SECOND]: SECONDS,
  [ArrowUnit.MILLISECOND]: MILLISECONDS,
  [ArrowUnit.MICROSECOND]: MICROSECONDS,
  [ArrowUnit.NANOSECOND]: NANOSECONDS,
};

/** How timestamps of this type are read; integers are milliseconds; null where the type is no such thing. */
export function timeReader(type: DataType, name: string): NumberReader | null {
  if (DataType.isTimestamp(type)) return int64Reader(name, units[type.unit]);
  if (DataType.isDate(type)) {
    return type.unit === DateUnit.MILLISECOND
      ? int64Reader(name, MILLISECONDS)
      : narrowReader(name, DAYS.msPerUnit);
  }
  return DataType.isInt(type) ? integerReader(type, name) : null;
}

/** How values of this type are read; null where the type is no number. */
export function valueReader(type: DataType, name: string): NumberReader | null {
  if (DataType.isFloat(type)) {
    return type.precision === Precision.HALF ? null : narrowReader(name, 1);
  }
  return DataType.isInt(type) ? integerReader(type, name) : null;
}

function integerReader(
  type: { readonly bitWidth: number; readonly isSigned: boolean },
  name: string,
): NumberReader {
  if (type.bitWidth < 64) return narrowReader(name, 1);
  return type.isSigned ? int64Reader(name, MILLISECONDS) : uint64Reader(name);
}

/** Types that a float64 holds exactly: floats, and integers of up to 32 bits. */
function narrowReader(name: string, factor: number): NumberReader {
  return (data, from, count, out) => {
    const start = data.offset + from;
    const values = entries(data.values as Float64Array, start + count, name);
    for (let i = 0; i < count; i++) out[i] = values[start + i]! * factor;
    markNulls(data, from, count, out, name);
  };
}

function int64Reader(name: string, unit: TimeUnit): NumberReader {
  return (data, from, count, out) => {
    const words = halves(data, from, count, name);
    int64ToMs(words, count, unit, out, 0);
    markNulls(data, from, count, out, name);
  };
}

function uint64Reader(name: string): NumberReader {
  return (data, from, count, out) => {
    const words = halves(data, from, count, name);
    for (let i = 0; i < count; i++) {
      out[i] = (words[2 * i + 1]! >>> 0) * 0x1_0000_0000 + (words[2 * i]! >>> 0);
    }
    markNulls(data, from, count, out, name);
  };
}

/** The 32-bit halves of 64-bit integers. The library holds them as BigInt64Array, or as Int32Array for some dates. */
function halves(data: Data, from: number, count: number, name: string): Int32Array {
  const values = data.values as BigInt64Array | Int32Array;
  const words = new Int32Array(values.buffer, values.byteOffset, values.byteLength >> 2);
  const start = (data.offset + from) * 2;
  entries(words, start + count * 2, name);
  return words.subarray(start, start + count * 2);
}

function markNulls(data: Data, from: number, count: number, out: Float64Array, name: string): void {
  const bits = validity(data, name);
  if (bits === null) return;
  for (let i = 0; i < count; i++) {
    if (isNull(bits, data.offset + from + i)) out[i] = Number.NaN;
  }
}
