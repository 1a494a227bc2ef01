/** The values of a chunk: constant, decimals or words, whichever is smallest; FORMAT.md, "Values". */
import { LAYOUT_CONSTANT } from '../chunk-layout.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { wordsOf } from '../internal/float-words.ts';
import { floatScratch } from '../internal/scratch.ts';
import { analyse } from './column.ts';
import { decimalsOf } from './decimals.ts';
import { writeDecimalValues, writePlainDecimals } from './decimal-values.ts';
import { writePlainWords, writeWordValues } from './word-values.ts';

const ownValues: Float64Array = floatScratch();
const ownWords: Uint32Array = wordsOf(ownValues);

/** Writes `values[0 .. count)`, count >= 1. */
export function writeValues(writer: ByteWriter, values: Float64Array, count: number): void {
  ownValues.set(count === values.length ? values : values.subarray(0, count));
  writeOwn(writer, ownValues, ownWords, count);
}

/** The same of values in the kernels' memory, with their words. */
function writeOwn(
  writer: ByteWriter,
  values: Float64Array,
  words: Uint32Array,
  count: number,
): void {
  const start = writer.at;
  const isSame = isConstant(words, count);
  const decimals = decimalsOf(values, words, isSame ? 1 : count);
  if (isSame) {
    if (decimals === null || decimals.exceptionCount > 0) {
      writePlainWords(writer, words, 1, LAYOUT_CONSTANT);
    } else {
      analyse(decimals.offsets, 1);
      writePlainDecimals(writer, decimals, 1, LAYOUT_CONSTANT);
    }
    return;
  }
  if (decimals !== null) {
    writeDecimalValues(writer, decimals, count);
    // What looked like decimals may take more than its bits: long mantissas beside many exceptions.
    if (writer.at - start <= count * 8) return;
    writer.at = start;
  }
  writeWordValues(writer, words, count);
}

function isConstant(words: Uint32Array, count: number): boolean {
  const first = words[0]!;
  const second = words[1]!;
  for (let i = 1; i < count; i++) {
    if (words[i * 2] !== first || words[i * 2 + 1] !== second) return false;
  }
  return true;
}
