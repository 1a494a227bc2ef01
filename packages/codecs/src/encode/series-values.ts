/**
 * Decimals of many series, one series behind the other, in one section: what each would take for heads of its own would be more than
 * its few values; FORMAT.md, "Values together".
 */
import { POWERS_OF_TEN } from '../chunk-layout.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { exponentTable } from '../internal/division.ts';
import { wordsOf } from '../internal/float-words.ts';
import { kernelResults, kernels } from '../internal/kernels.ts';
import { byteScratch, floatScratch, intScratch } from '../internal/scratch.ts';
import { BlockPlans } from './block-plans.ts';
import { writeBlocks } from './blocks.ts';
import { OFFSET_RANGE_MAX, analyse, writeColumn } from './column.ts';
import { isDecimal, roundedQuotient, sampledExponent } from './decimals.ts';
import { writeWords } from './words.ts';

const exponents: Int32Array = intScratch();
const firsts: Float64Array = floatScratch();
const offsets: Int32Array = intScratch();
const residuals: Int32Array = intScratch();
const blockResiduals: Int32Array = intScratch();
const exceptions: Int32Array = intScratch();
const patterns: Uint32Array = wordsOf(floatScratch());
const plans = new BlockPlans();
const bitLengths: Uint8Array = byteScratch(65_536);

/** Values sorted by series, in the kernels' memory. */
export interface SeriesValues {
  readonly values: Float64Array;
  readonly words: Uint32Array;
  /** How many there are. */
  readonly length: number;
  /** How many series, and where each ends. */
  readonly series: number;
  readonly ends: Int32Array;
}

/** What was found of the residuals. */
const found: { exceptionCount: number; zeros: number } = { exceptionCount: 0, zeros: 0 };

/**
 * Writes the values, and returns the share of them that repeat the one before; -1, and nothing is written, where some are no
 * decimals, or too far from each other.
 */
export function writeTogether(writer: ByteWriter, source: SeriesValues): number {
  const { length, series } = source;
  if (!fillExponents(source)) return -1;
  fillResiduals(source);
  const { exceptionCount, zeros } = found;
  if (exceptionCount * 16 > length || !fillOffsets(series)) return -1;
  analyse(exponents, series);
  writeColumn(writer, 0, exponents, series);
  writer.unsigned(exceptionCount);
  analyse(offsets, series);
  writeColumn(writer, firsts[0]!, offsets, series);
  writeResiduals(writer, source);
  if (exceptionCount > 0) {
    analyse(exceptions, exceptionCount);
    writeColumn(writer, 0, exceptions, exceptionCount);
    for (let k = 0; k < exceptionCount; k++) {
      patterns[k * 2] = source.words[exceptions[k]! * 2]!;
      patterns[k * 2 + 1] = source.words[exceptions[k]! * 2 + 1]!;
    }
    writeWords(writer, patterns, exceptionCount);
  }
  return (zeros - series) / length;
}

function fillExponents({ values, series, ends }: SeriesValues): boolean {
  if (kernels !== null) {
    const { byteOffset: table } = exponentTable;
    const { byteOffset: to } = exponents;
    return kernels.seriesExponents(values.byteOffset, ends.byteOffset, series, table, to) === 1;
  }
  let start = 0;
  for (let k = 0; k < series; k++) {
    const end = ends[k]!;
    const exponent = sampledExponent(values.subarray(start, end), end - start);
    if (exponent < 0) return false;
    exponents[k] = exponent;
    start = end;
  }
  return true;
}

function fillResiduals(source: SeriesValues): void {
  if (kernels === null) {
    fillResidualsPlainly(source);
    return;
  }
  found.exceptionCount = kernels.quantiseSeries(
    source.values.byteOffset,
    source.ends.byteOffset,
    source.series,
    exponentTable.byteOffset,
    exponents.byteOffset,
    firsts.byteOffset,
    residuals.byteOffset,
    exceptions.byteOffset,
  );
  found.zeros = kernelResults[0]!;
}

function fillResidualsPlainly({ values, series, ends }: SeriesValues): void {
  found.exceptionCount = 0;
  found.zeros = 0;
  let index = 0;
  for (let k = 0; k < series; k++) {
    const end = ends[k]!;
    const exponent = exponents[k]!;
    const power = POWERS_OF_TEN[exponent]!;
    const one = values.subarray(index, end).find((value) => isDecimal(value, exponent));
    const first = one === undefined ? 0 : roundedQuotient(one, exponent);
    firsts[k] = first;
    let before = first;
    for (; index < end; index++) {
      const value = values[index]!;
      const quotient = roundedQuotient(value, exponent);
      residuals[index] = 0;
      if (Math.abs(quotient - first) < OFFSET_RANGE_MAX / 2 && Object.is(quotient / power, value)) {
        residuals[index] = quotient - before;
        before = quotient;
        if (residuals[index] === 0) found.zeros++;
      } else {
        exceptions[found.exceptionCount++] = index;
      }
    }
  }
}

/** The firsts as offsets from the first of them; false where they are too far apart. */
function fillOffsets(series: number): boolean {
  const base = firsts[0]!;
  for (let k = 0; k < series; k++) {
    const offset = firsts[k]! - base;
    if (Math.abs(offset) >= OFFSET_RANGE_MAX / 2) return false;
    offsets[k] = offset;
  }
  return true;
}

/** The blocks of each series, but for its first value. */
function writeResiduals(writer: ByteWriter, { series, ends }: SeriesValues): void {
  if (kernels !== null) {
    writer.at = kernels.writeSeries(
      writer.at,
      residuals.byteOffset,
      ends.byteOffset,
      series,
      plans.pointer,
      bitLengths.byteOffset,
    );
    return;
  }
  let start = 0;
  for (let k = 0; k < series; k++) {
    const end = ends[k]!;
    const count = end - start - 1;
    if (count > 0) {
      blockResiduals.set(residuals.subarray(start + 1, end));
      plans.planAll(blockResiduals, count);
      writeBlocks(writer, blockResiduals, count, plans);
    }
    start = end;
  }
}
