/** The payload of a block of samples; FORMAT.md, "Blocks of samples". */
import {
  ORDER_IS_CYCLIC,
  TIMESTAMPS_BY_SERIES,
  VALUES_BY_SERIES,
  VALUES_TOGETHER,
} from '../stream-layout.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { wordsOf } from '../internal/float-words.ts';
import { kernels } from '../internal/kernels.ts';
import { floatScratch, intScratch } from '../internal/scratch.ts';
import { periodOf, repeat } from '../internal/turns.ts';
import { analyse, analysis, writeColumn, writeRegular } from './column.ts';
import { writeTogether } from './series-values.ts';
import { writeTimestamps } from './timestamps.ts';
import { writeValues } from './values.ts';

/** With so many rows a series, heads of its own weigh nothing. */
const ROWS_APART = 256;
/** With fewer rows a series than these, values in the order of the rows may be shorter than by series, or than together. */
const ROWS_BY_SERIES = 8;
const ROWS_TOGETHER = 2;
/** Where a larger share of values repeats the one before, sections of their own may leave them out for less. */
const REPEATS_TOGETHER = 0.25;

let localOf: Int32Array = new Int32Array(1024);
/** Which series each row belongs to. */
const order: Int32Array = intScratch();
const steps: Int32Array = intScratch();
/** The stream's slot of each series, in order of first appearance. */
const seriesSlots: Int32Array = intScratch();
/** Whether each row belongs to the series after that of the row before, or to the first after the last. */
let inTurn = false;
/** How many rows each series has, and where each ends when the rows are sorted by series. */
const counts: Int32Array = intScratch();
const ends: Int32Array = intScratch();
const rowValues: Float64Array = floatScratch();
const sorted: Float64Array = floatScratch();
const sortedWords: Uint32Array = wordsOf(sorted);

/** Rows to be written: slots are the stream's. */
export interface StreamRows {
  readonly length: number;
  readonly slots: Int32Array;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

/**
 * Writes 1 .. STREAM_ROWS_MAX rows.
 * @param ids how many ids the stream has; slots are below it
 * @param idsCheck the CRC-32 of all of them
 */
export function writeSamples(
  writer: ByteWriter,
  rows: StreamRows,
  ids: number,
  idsCheck: number,
): void {
  const { length } = rows;
  const series = countSeries(rows, ids);
  writer.u32(idsCheck);
  const layoutAt = writer.at;
  writer.u8(0);
  writer.unsigned(length);
  writer.unsigned(series);
  analyse(seriesSlots, series);
  writeColumn(writer, 0, seriesSlots, series);
  let layout = writeOrder(writer, series, length);
  layout |= writeTimes(writer, rows.timestampsMs, length, series);
  layout |= writeRowValues(writer, rows.values, length, series);
  writer.bytes[layoutAt] = layout;
}

/** Writes the timestamps in the order of the rows, or by series where that is shorter. Returns the layout bit. */
function writeTimes(
  writer: ByteWriter,
  timestampsMs: Float64Array,
  length: number,
  series: number,
): number {
  const start = writer.at;
  writeTimestamps(writer, timestampsMs, length);
  const middle = writer.at;
  if (middle - start <= length >>> 4) return 0;
  sortBySeries(timestampsMs, length, series);
  writeTimestamps(writer, sorted, length);
  return keepShorter(writer, start, middle) ? TIMESTAMPS_BY_SERIES : 0;
}

/** Writes the values in the form that is likely the shortest. Returns the layout bit. */
function writeRowValues(
  writer: ByteWriter,
  values: Float64Array,
  length: number,
  series: number,
): number {
  sortBySeries(values, length, series);
  const start = writer.at;
  let layout = 0;
  let isFirst = true;
  const consider = (bit: number, middle: number): void => {
    if (isFirst || keepShorter(writer, start, middle)) layout = bit;
    isFirst = false;
  };
  if (length < ROWS_APART * series) {
    const source = { values: sorted, words: sortedWords, length, series, ends };
    const repeats = writeTogether(writer, source);
    if (repeats >= 0) {
      consider(VALUES_TOGETHER, start);
      if (repeats <= REPEATS_TOGETHER && length >= ROWS_TOGETHER * series) return layout;
    }
  }
  if (length < ROWS_BY_SERIES * series) {
    const middle = writer.at;
    writeValues(writer, values, length);
    consider(0, middle);
  }
  if (isFirst || length >= ROWS_TOGETHER * series) {
    const middle = writer.at;
    writeBySeries(writer, series);
    consider(VALUES_BY_SERIES, middle);
  }
  return layout;
}

/** Of two forms, one up to `middle` and one behind it, keeps the shorter and says whether that is the second. */
function keepShorter(writer: ByteWriter, start: number, middle: number): boolean {
  const end = writer.at;
  if (end - middle >= middle - start) {
    writer.at = middle;
    return false;
  }
  writer.bytes.copyWithin(start, middle, end);
  writer.at = start + end - middle;
  return true;
}

/**
 * Numbers the series by first appearance, counts their rows, and returns how many they are: `order`, `seriesSlots`, `counts` and
 * `inTurn`.
 */
function countSeries(rows: StreamRows, ids: number): number {
  const { length, slots } = rows;
  const period = periodOf(slots, 0, length);
  const turn = period === 0 ? length : period;
  const series = countRows(slots, turn, ids);
  inTurn = series === turn;
  if (period === 0) return series;
  if (!inTurn) return countRows(slots, length, ids);
  repeat(order, period, length);
  const turns = Math.floor(length / period);
  const rest = length - turns * period;
  counts.fill(turns + 1, 0, rest);
  counts.fill(turns, rest, period);
  return series;
}

function countRows(slots: Int32Array, length: number, ids: number): number {
  if (localOf.length < ids) localOf = new Int32Array(2 * ids);
  localOf.fill(-1, 0, ids);
  let series = 0;
  for (let row = 0; row < length; row++) {
    const slot = slots[row]!;
    let local = localOf[slot]!;
    if (local < 0) {
      local = series++;
      localOf[slot] = local;
      seriesSlots[local] = slot;
      counts[local] = 0;
    }
    order[row] = local;
    counts[local]!++;
  }
  return series;
}

/** The order of arrival: each row's series, or how far it is from the one after the last row's. Returns the layout bit. */
function writeOrder(writer: ByteWriter, series: number, length: number): number {
  if (inTurn) {
    // Nothing can be shorter.
    writeRegular(writer, 0, 0);
    return ORDER_IS_CYCLIC;
  }
  let expected = 0;
  for (let row = 0; row < length; row++) {
    const local = order[row]!;
    const step = local - expected;
    steps[row] = step;
    expected = local + 1 === series ? 0 : local + 1;
  }
  analyse(order, length);
  const plainBytes = analysis.bytes;
  analyse(steps, length);
  if (analysis.bytes <= plainBytes) {
    writeColumn(writer, 0, steps, length);
    return ORDER_IS_CYCLIC;
  }
  analyse(order, length);
  writeColumn(writer, 0, order, length);
  return 0;
}

/** Fills `sorted` and `ends`: the rows sorted by series, and in order of arrival within each. */
function sortBySeries(values: Float64Array, length: number, series: number): void {
  let start = 0;
  for (let local = 0; local < series; local++) {
    ends[local] = start;
    start += counts[local]!;
  }
  if (kernels !== null) {
    rowValues.set(values.length === length ? values : values.subarray(0, length));
    const { byteOffset: to } = sorted;
    kernels.scatter(rowValues.byteOffset, order.byteOffset, length, ends.byteOffset, to);
    return;
  }
  const from = wordsOf(values);
  for (let row = 0; row < length; row++) {
    const place = ends[order[row]!]!++;
    sortedWords[place * 2] = from[row * 2]!;
    sortedWords[place * 2 + 1] = from[row * 2 + 1]!;
  }
}

function writeBySeries(writer: ByteWriter, series: number): void {
  let start = 0;
  for (let local = 0; local < series; local++) {
    const end = ends[local]!;
    writeValues(writer, sorted.subarray(start, end), end - start);
    start = end;
  }
}
