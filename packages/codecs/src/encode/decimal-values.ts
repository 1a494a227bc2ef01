/** Decimals, plain, held (a bitmap of changes) or through a dictionary; FORMAT.md, "Values". */
import {
  LAYOUT_DECIMAL,
  LAYOUT_DICTIONARY,
  LAYOUT_HOLD,
  LAYOUT_PLAIN,
  type LAYOUT_CONSTANT,
} from '../chunk-layout.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { intScratch } from '../internal/scratch.ts';
import { analyse, analysis, changedBytes, writeColumn } from './column.ts';
import type { Decimals } from './decimals.ts';
import { distinctOffsets } from './dictionary.ts';
import { holdDecimals } from './hold.ts';
import { writeWords } from './words.ts';

/** A hold or a dictionary must save this many bytes to be worth a second layer. */
const LAYER_BYTES = 4;

const indices: Int32Array = intScratch();

/** Writes `count` >= 2 decimals; reuses their memory. */
export function writeDecimalValues(writer: ByteWriter, decimals: Decimals, count: number): void {
  analyse(decimals.offsets, count);
  if (decimals.lows !== null) {
    writePlainDecimals(writer, decimals, count, LAYOUT_PLAIN);
    return;
  }
  const bitmapBytes = (count + 7) >>> 3;
  const room = analysis.bytes - bitmapBytes - LAYER_BYTES;
  if (room <= 0 || changedBytes(count) >= room) {
    writeUnheld(writer, decimals, count);
    return;
  }
  writer.u8(LAYOUT_HOLD);
  const held = holdDecimals(writer, decimals, count);
  analyse(decimals.offsets, held);
  writeUnheld(writer, decimals, held);
}

/** After `analyse` of the offsets. */
function writeUnheld(writer: ByteWriter, decimals: Decimals, count: number): void {
  const entries =
    decimals.exceptionCount === 0 ? distinctOffsets(decimals.offsets, count, indices) : null;
  if (entries === null) {
    writePlainDecimals(writer, decimals, count, LAYOUT_PLAIN);
    return;
  }
  writer.u8(LAYOUT_DICTIONARY);
  writer.unsigned(entries.length);
  analyse(entries, entries.length);
  writePlainDecimals(writer, { ...decimals, offsets: entries }, entries.length, LAYOUT_PLAIN);
  analyse(indices, count);
  writeColumn(writer, 0, indices, count);
}

/** Writes `count` decimals after `analyse` of their offsets. */
export function writePlainDecimals(
  writer: ByteWriter,
  decimals: Decimals,
  count: number,
  layout: typeof LAYOUT_PLAIN | typeof LAYOUT_CONSTANT,
): void {
  const { base, offsets, lows, exceptions, exceptionCount, exponent, patterns } = decimals;
  writer.u8(layout | LAYOUT_DECIMAL | (exponent << 3));
  writer.unsigned(exceptionCount);
  writeColumn(writer, base, offsets, count, lows);
  if (exceptionCount === 0) return;
  analyse(exceptions, exceptionCount);
  writeColumn(writer, 0, exceptions, exceptionCount);
  writeWords(writer, patterns, exceptionCount);
}
