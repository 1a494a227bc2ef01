/** Bit patterns that are no decimals, plain, held or through a dictionary; FORMAT.md, "Values". */
import {
  LAYOUT_DICTIONARY,
  LAYOUT_HOLD,
  LAYOUT_PLAIN,
  type LAYOUT_CONSTANT,
} from '../chunk-layout.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { wordsOf } from '../internal/float-words.ts';
import { floatScratch, intScratch } from '../internal/scratch.ts';
import { analyse, writeColumn } from './column.ts';
import { distinctWords } from './dictionary.ts';
import { holdWords } from './hold.ts';
import { writeWords } from './words.ts';

const indices: Int32Array = intScratch();
const held: Uint32Array = wordsOf(floatScratch());

/** Writes `count` >= 2 patterns, two words each. */
export function writeWordValues(writer: ByteWriter, words: Uint32Array, count: number): void {
  let changes = 1;
  for (let at = 2; at < count * 2; at += 2) {
    if (words[at] !== words[at - 2] || words[at + 1] !== words[at - 1]) changes++;
  }
  // The bitmap costs a bit a point, a value left out saves about 52.
  if ((count - changes) * 52 < count + 64) {
    writeUnheld(writer, words, count);
    return;
  }
  writer.u8(LAYOUT_HOLD);
  holdWords(writer, words, { count, changes }, held);
  writeUnheld(writer, held, changes);
}

function writeUnheld(writer: ByteWriter, words: Uint32Array, count: number): void {
  const entries = distinctWords(words, count, indices);
  if (entries === null) {
    writePlainWords(writer, words, count, LAYOUT_PLAIN);
    return;
  }
  const distinct = entries.length / 2;
  writer.u8(LAYOUT_DICTIONARY);
  writer.unsigned(distinct);
  writePlainWords(writer, entries, distinct, LAYOUT_PLAIN);
  analyse(indices, count);
  writeColumn(writer, 0, indices, count);
}

/** Writes `count` patterns one after the other. */
export function writePlainWords(
  writer: ByteWriter,
  words: Uint32Array,
  count: number,
  layout: typeof LAYOUT_PLAIN | typeof LAYOUT_CONSTANT,
): void {
  writer.u8(layout);
  writeWords(writer, words, count);
}
