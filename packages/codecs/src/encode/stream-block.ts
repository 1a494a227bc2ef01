/** The payload of a block of samples; FORMAT.md, "Blocks of samples". */
import { ORDER_IS_CYCLIC, TIMESTAMPS_BY_SERIES, VALUES_BY_SERIES } from '../stream-layout.ts';
import type { ByteWriter } from '../internal/byte-writer.ts';
import { wordsOf } from '../internal/float-words.ts';
import { floatScratch, intScratch } from '../internal/scratch.ts';
import { analyse, analysis, writeColumn } from './column.ts';
import { writeTimestamps } from './timestamps.ts';
import { writeValues } from './values.ts';

/** With fewer rows a series than this, both layouts of the values are tried. */
const ROWS_A_SERIES_SURE = 8;

let localOf: Int32Array = new Int32Array(1024);
const order: Int32Array = intScratch();
const steps: Int32Array = intScratch();
const seriesSlots: Int32Array = intScratch();
const starts: Int32Array = intScratch();
const timestampsMs: Float64Array = floatScratch();
const values: Float64Array = floatScratch();

/** Rows to be written: slots are the stream's. */
export interface StreamRows {
  readonly length: number;
  readonly slots: Int32Array;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

/** The series of a block: what `sortRows` found. */
interface Series {
  readonly count: number;
  /** The stream's slot of each, in order of first appearance. */
  readonly slots: Int32Array;
  /** Where the rows of each start when they are sorted by series; one more at the end. */
  readonly starts: Int32Array;
  /** Which of them each row belongs to. */
  readonly order: Int32Array;
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
  const series = sortRows(rows, ids);
  writer.u32(idsCheck);
  const layoutAt = writer.at;
  writer.u8(0);
  writer.unsigned(length);
  writer.unsigned(series.count);
  analyse(series.slots, series.count);
  writeColumn(writer, 0, series.slots, series.count);
  let layout = writeOrder(writer, series, length);
  scatter(rows, series, timestampsMs, values);
  layout |= writeShorter(
    writer,
    length >>> 4,
    () => writeTimestamps(writer, rows.timestampsMs, length),
    () => writeTimestamps(writer, timestampsMs, length),
  )
    ? TIMESTAMPS_BY_SERIES
    : 0;
  const isBySeries = length >= ROWS_A_SERIES_SURE * series.count;
  if (isBySeries) writeBySeries(writer, series, values);
  const isShorterBySeries =
    isBySeries ||
    writeShorter(
      writer,
      0,
      () => writeValues(writer, rows.values, length),
      () => writeBySeries(writer, series, values),
    );
  if (isShorterBySeries) layout |= VALUES_BY_SERIES;
  writer.bytes[layoutAt] = layout;
}

/**
 * Writes the first form, and the second too unless the first took at most `enough` bytes; keeps the shorter and says whether
 * that is the second.
 */
function writeShorter(
  writer: ByteWriter,
  enough: number,
  writeFirst: () => void,
  writeSecond: () => void,
): boolean {
  const start = writer.at;
  writeFirst();
  const middle = writer.at;
  if (middle - start <= enough) return false;
  writeSecond();
  const end = writer.at;
  if (end - middle >= middle - start) {
    writer.at = middle;
    return false;
  }
  writer.bytes.copyWithin(start, middle, end);
  writer.at = start + end - middle;
  return true;
}

/** Numbers the series by first appearance, and counts their rows. */
function sortRows(rows: StreamRows, ids: number): Series {
  const { length, slots } = rows;
  if (localOf.length < ids) localOf = new Int32Array(2 * ids);
  localOf.fill(-1, 0, ids);
  let count = 0;
  for (let row = 0; row < length; row++) {
    const slot = slots[row]!;
    let local = localOf[slot]!;
    if (local < 0) {
      local = count++;
      localOf[slot] = local;
      seriesSlots[local] = slot;
      starts[local] = 0;
    }
    order[row] = local;
    starts[local]!++;
  }
  let start = 0;
  for (let local = 0; local < count; local++) {
    const rowsOfIt = starts[local]!;
    starts[local] = start;
    start += rowsOfIt;
  }
  starts[count] = start;
  return { count, slots: seriesSlots, starts, order };
}

/** The order of arrival: each row's series, or how far it is from the one after the last row's. Returns the layout bit. */
function writeOrder(writer: ByteWriter, series: Series, length: number): number {
  const { count, order } = series;
  let expected = 0;
  let seen = 0;
  for (let row = 0; row < length; row++) {
    const local = order[row]!;
    const step = local - expected;
    steps[row] = step;
    seen |= step;
    expected = local + 1 === count ? 0 : local + 1;
  }
  if (seen === 0) {
    // Sensors that are read in turn: nothing can be shorter.
    writeColumn(writer, 0, steps, length);
    return ORDER_IS_CYCLIC;
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

/** Copies the rows, sorted by series and in order of arrival within each. */
function scatter(
  rows: StreamRows,
  series: Series,
  timestampsMs: Float64Array,
  values: Float64Array,
): void {
  const { length } = rows;
  const { order, starts, count } = series;
  const from = wordsOf(rows.values);
  const to = wordsOf(values);
  // Counts up the starts, and puts them back below.
  for (let row = 0; row < length; row++) {
    const place = starts[order[row]!]!++;
    timestampsMs[place] = rows.timestampsMs[row]!;
    to[place * 2] = from[row * 2]!;
    to[place * 2 + 1] = from[row * 2 + 1]!;
  }
  for (let local = count; local > 0; local--) starts[local] = starts[local - 1]!;
  starts[0] = 0;
}

function writeBySeries(writer: ByteWriter, series: Series, values: Float64Array): void {
  const { count, starts } = series;
  for (let local = 0; local < count; local++) {
    const start = starts[local]!;
    const end = starts[local + 1]!;
    writeValues(writer, values.subarray(start, end), end - start);
  }
}
