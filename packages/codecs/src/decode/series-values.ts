/** Decimals of many series, one series behind the other; FORMAT.md, "Values together". */
import { EXPONENT_MAX } from '../chunk-layout.ts';
import type { ByteReader } from '../internal/byte-reader.ts';
import { divideOffsets, exponentTable } from '../internal/division.ts';
import { kernels } from '../internal/kernels.ts';
import { floatScratch, intScratch } from '../internal/scratch.ts';
import { RAW, UNPACK_SUM, type UnpackState } from '../internal/unpack-bits.ts';
import { readBlocks } from './blocks.ts';
import { IntegerColumn } from './column.ts';
import { readExceptions } from './decimals.ts';

/** Beyond it a first and an int32 may add up to no safe integer. */
const FIRST_MAX: number = Number.MAX_SAFE_INTEGER - 2 ** 31;

const column = new IntegerColumn();
const numbers: Float64Array = floatScratch();
const exponents: Int32Array = intScratch();
const firsts: Float64Array = floatScratch();
const sums: Int32Array = intScratch();
const blockSums: Int32Array = intScratch();
const state: UnpackState = { ...RAW };

/** Where the values go, in the kernels' memory, how many series there are, and where each ends. */
export interface SeriesTarget {
  readonly out: Float64Array;
  readonly length: number;
  readonly series: number;
  readonly ends: Int32Array;
}

/** Reads the values sorted by series; says whether none is NaN. */
export function readTogether(reader: ByteReader, target: SeriesTarget): boolean {
  const { out, length, series } = target;
  column.read(reader, series);
  column.writeTo(reader, numbers, 0, series);
  for (let k = 0; k < series; k++) {
    const exponent = numbers[k]!;
    if (!(exponent >= 0 && exponent <= EXPONENT_MAX)) {
      reader.fail(`exponent ${exponent}`, `0 to ${EXPONENT_MAX}`);
    }
    exponents[k] = exponent;
  }
  const exceptionCount = reader.unsigned(length, 'count of exceptions');
  column.read(reader, series);
  column.writeTo(reader, firsts, 0, series);
  for (let k = 0; k < series; k++) {
    if (!(Math.abs(firsts[k]!) <= FIRST_MAX)) {
      reader.fail(`first ${firsts[k]}`, 'one from which every int32 leads to a safe integer');
    }
  }
  if (!readByKernel(reader, target)) readPlainly(reader, target);
  const values = { out, from: 0, count: length };
  return exceptionCount === 0 || readExceptions(reader, exceptionCount, values);
}

/** False where there are no kernels, or something is to be refused. */
function readByKernel(reader: ByteReader, { out, series, ends }: SeriesTarget): boolean {
  if (kernels === null) return false;
  const { byteOffset: pointer } = sums;
  const { byteOffset: bounds } = ends;
  const next = kernels.readSeries(reader.at, reader.end, bounds, series, pointer);
  if (next === 0) return false;
  reader.at = next;
  kernels.divideSeries(
    pointer,
    bounds,
    series,
    exponentTable.byteOffset,
    exponents.byteOffset,
    firsts.byteOffset,
    out.byteOffset,
  );
  return true;
}

function readPlainly(reader: ByteReader, { out, series, ends }: SeriesTarget): void {
  let start = 0;
  for (let k = 0; k < series; k++) {
    const end = ends[k]!;
    const count = end - start;
    state.mode = UNPACK_SUM;
    state.sum = 0;
    state.delta = 0;
    readBlocks(reader, blockSums, count - 1, state);
    sums[0] = 0;
    sums.set(blockSums.subarray(0, count - 1), 1);
    divideOffsets(sums, firsts[k]!, exponents[k]!, { out, from: start, count });
    start = end;
  }
}
