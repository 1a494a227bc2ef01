/** Doubles that were written as integers over a power of ten; FORMAT.md, "Decimals". */
import { POWERS_OF_TEN } from '../chunk-layout.ts';
import type { ByteReader } from '../internal/byte-reader.ts';
import { wordsOf } from '../internal/float-words.ts';
import { floatScratch } from '../internal/scratch.ts';
import { IntegerColumn } from './column.ts';
import { divideOffsets, type ValueTarget } from '../internal/division.ts';
import { readWords } from './words.ts';

const integerColumn = new IntegerColumn();
const positionColumn = new IntegerColumn();
const positions: Float64Array = floatScratch();
const exceptions: Float64Array = floatScratch();
const patterns: Uint32Array = wordsOf(exceptions);

/** Reads `count` >= 1 values; says whether none is NaN. */
export function readDecimals(reader: ByteReader, exponent: number, target: ValueTarget): boolean {
  const { out, from, count } = target;
  const exceptionCount = reader.unsigned(count, 'count of exceptions');
  integerColumn.read(reader, count);
  if (integerColumn.isPlain) {
    divideOffsets(integerColumn.offsets, integerColumn.base, exponent, target);
  } else {
    integerColumn.writeTo(reader, out, from, count);
    const power = POWERS_OF_TEN[exponent]!;
    for (let i = from; i < from + count; i++) out[i] = out[i]! / power;
  }
  return exceptionCount === 0 || readExceptions(reader, exceptionCount, target);
}

/** Reads exceptions, and puts them in their places; says whether none is NaN. */
export function readExceptions(
  reader: ByteReader,
  exceptionCount: number,
  target: ValueTarget,
): boolean {
  const { out, from, count } = target;
  positionColumn.read(reader, exceptionCount);
  positionColumn.writeTo(reader, positions, 0, exceptionCount);
  readWords(reader, patterns, 0, exceptionCount);
  const words = wordsOf(out);
  let before = -1;
  let hasNaN = false;
  for (let k = 0; k < exceptionCount; k++) {
    const position = positions[k]!;
    if (!(position > before && position < count)) {
      reader.fail(`an exception at ${position}`, `ascending positions below ${count}`);
    }
    before = position;
    hasNaN ||= Number.isNaN(exceptions[k]!);
    const at = (from + position) * 2;
    words[at] = patterns[k * 2]!;
    words[at + 1] = patterns[k * 2 + 1]!;
  }
  return !hasNaN;
}
