/** The values of a chunk; FORMAT.md, "Values". */
import {
  CHUNK_DICTIONARY_MAX,
  EXPONENT_MAX,
  LAYOUT_CONSTANT,
  LAYOUT_DECIMAL,
  LAYOUT_DICTIONARY,
  LAYOUT_HOLD,
  LAYOUT_PLAIN,
} from '../chunk-layout.ts';
import type { ByteReader } from '../internal/byte-reader.ts';
import type { ValueTarget } from '../internal/division.ts';
import { wordsOf } from '../internal/float-words.ts';
import { MEMORY, kernels } from '../internal/kernels.ts';
import { floatScratch } from '../internal/scratch.ts';
import { IntegerColumn } from './column.ts';
import { readDecimals } from './decimals.ts';
import { expandHeld } from './hold.ts';
import { readWords } from './words.ts';

const values: Float64Array = floatScratch();
const heldValues: Float64Array = floatScratch();
const entries: Float64Array = floatScratch(CHUNK_DICTIONARY_MAX);
const entryWords: Uint32Array = wordsOf(entries);
const indexColumn = new IntegerColumn();
/** Below it no sum of a base and an int32 wraps around to an index. */
const INDEX_BASE_MAX = 2 ** 30;

/** Reads `count` >= 1 values into `out[from ..)`; says whether surely none is NaN. */
export function readValues(
  reader: ByteReader,
  out: Float64Array,
  from: number,
  count: number,
): boolean {
  if (out.buffer === MEMORY) return readSection(reader, out, from, count);
  const isExact = readSection(reader, values, 0, count);
  out.set(values.subarray(0, count), from);
  return isExact;
}

/** The same in the kernels' memory, scribbling on what follows. */
function readSection(reader: ByteReader, out: Float64Array, from: number, count: number): boolean {
  const head = reader.u8();
  switch (head & 3) {
    case LAYOUT_CONSTANT:
      readPlain(reader, head, out, from, 1);
      return fillFirst(out, from, count);
    case LAYOUT_HOLD:
      checkWrapper(reader, head);
      return readHeld(reader, out, from, count);
    default:
      return readUnheld(reader, head, out, from, count);
  }
}

/** Copies the value at `from` to the `count - 1` after it, bit by bit; says whether it is not NaN. */
function fillFirst(out: Float64Array, from: number, count: number): boolean {
  const first = out[from]!;
  if (!Number.isNaN(first)) {
    out.fill(first, from, from + count);
    return true;
  }
  const words = wordsOf(out);
  for (let i = from + 1; i < from + count; i++) {
    words[i * 2] = words[from * 2]!;
    words[i * 2 + 1] = words[from * 2 + 1]!;
  }
  return false;
}

/** The head of a layer has nothing but the layout. */
function checkWrapper(reader: ByteReader, head: number): void {
  if (head > 3) reader.fail(`layout ${head}`, `${head & 3}`);
}

function readHeld(reader: ByteReader, out: Float64Array, from: number, count: number): boolean {
  const held = reader.unsigned(count, 'count of changes');
  const bitmapBytes = (count + 7) >>> 3;
  reader.need(bitmapBytes);
  const bitmap = reader.at;
  reader.at += bitmapBytes;
  const head = reader.u8();
  const isExact = readUnheld(reader, head, heldValues, 0, held);
  const source = { values: heldValues, held, isExact };
  const seen = expandHeld(reader.view, bitmap, source, { out, from, count });
  if (seen !== held) reader.fail(`${seen} bits set, the first one among them`, `${held}`);
  return isExact;
}

/** Plain or through a dictionary; says whether no value is NaN. */
function readUnheld(
  reader: ByteReader,
  head: number,
  out: Float64Array,
  from: number,
  count: number,
): boolean {
  if (count === 0) reader.fail('no values', 'one at least');
  if ((head & 3) === LAYOUT_PLAIN) return readPlain(reader, head, out, from, count);
  if ((head & 3) !== LAYOUT_DICTIONARY)
    reader.fail(`layout ${head & 3} inside`, 'plain or dictionary');
  checkWrapper(reader, head);
  const distinct = reader.unsigned(CHUNK_DICTIONARY_MAX, 'size of the dictionary');
  if (distinct === 0) reader.fail('an empty dictionary', 'an entry');
  const entryHead = reader.u8();
  if ((entryHead & 3) !== LAYOUT_PLAIN) reader.fail(`layout ${entryHead & 3} inside`, 'plain');
  const isExact = readPlain(reader, entryHead, entries, 0, distinct);
  indexColumn.read(reader, count);
  expandIndices(reader, distinct, { out, from, count });
  return isExact;
}

function expandIndices(reader: ByteReader, distinct: number, target: ValueTarget): void {
  const { out, from, count } = target;
  if (kernels !== null && indexColumn.isPlain && Math.abs(indexColumn.base) < INDEX_BASE_MAX) {
    const { offsets, base } = indexColumn;
    const pointer = out.byteOffset + from * 8;
    if (kernels.pick(offsets.byteOffset, count, base, entries.byteOffset, distinct, pointer))
      return;
  }
  indexColumn.writeTo(reader, out, from, count);
  const outWords = wordsOf(out);
  for (let i = from; i < from + count; i++) {
    const index = out[i]!;
    if (!(index >= 0 && index < distinct)) reader.fail(`index ${index}`, `below ${distinct}`);
    outWords[i * 2] = entryWords[index * 2]!;
    outWords[i * 2 + 1] = entryWords[index * 2 + 1]!;
  }
}

/** Decimals or words; says whether no value is NaN. */
function readPlain(
  reader: ByteReader,
  head: number,
  out: Float64Array,
  from: number,
  count: number,
): boolean {
  const exponent = head >>> 3;
  if ((head & LAYOUT_DECIMAL) === 0) {
    if (exponent !== 0) reader.fail(`exponent ${exponent} of words`, '0');
    readWords(reader, wordsOf(out), from, count);
    return false;
  }
  if (exponent > EXPONENT_MAX) reader.fail(`exponent ${exponent}`, `at most ${EXPONENT_MAX}`);
  return readDecimals(reader, exponent, { out, from, count });
}
