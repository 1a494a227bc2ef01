/** The payload of a block of samples; FORMAT.md, "Blocks of samples". */
import type { SampleColumns } from '@windrow/core';
import { COLUMN_REGULAR } from '../chunk-layout.ts';
import type { ByteReader } from '../internal/byte-reader.ts';
import { wordsOf } from '../internal/float-words.ts';
import { floatScratch, intScratch } from '../internal/scratch.ts';
import {
  ORDER_IS_CYCLIC,
  STREAM_ROWS_MAX,
  TIMESTAMPS_BY_SERIES,
  VALUES_BY_SERIES,
  VALUES_TOGETHER,
} from '../stream-layout.ts';
import { IntegerColumn } from './column.ts';
import { readTogether } from './series-values.ts';
import { readTimestamps } from './timestamps.ts';
import { readValues } from './values.ts';

const seriesColumn = new IntegerColumn();
const orderColumn = new IntegerColumn();
const integers: Float64Array = floatScratch();
/** The columns' slot of each series, which series each row belongs to, and where each series ends when rows are sorted by series. */
const slots: Int32Array = intScratch();
const order: Int32Array = intScratch();
const ends: Int32Array = intScratch();
/** Where each row stands when they are sorted by series. */
const places: Int32Array = intScratch();
const sorted: Float64Array = floatScratch();
const sortedWords: Uint32Array = wordsOf(sorted);

const KNOWN: number = TIMESTAMPS_BY_SERIES | VALUES_BY_SERIES | ORDER_IS_CYCLIC | VALUES_TOGETHER;

/** The layout byte and the two counts of a block of samples. */
export interface SamplesHead {
  readonly layout: number;
  readonly rows: number;
  readonly series: number;
}

/** Reads what stands before the columns. */
export function readSamplesHead(reader: ByteReader): SamplesHead {
  const layout = reader.u8();
  const both = VALUES_BY_SERIES | VALUES_TOGETHER;
  if ((layout & ~KNOWN) !== 0 || (layout & both) === both) {
    reader.fail(`layout ${layout}`, `at most ${KNOWN}, with values in one way`);
  }
  const rows = reader.unsigned(STREAM_ROWS_MAX, 'count of rows');
  const series = reader.unsigned(rows, 'count of series');
  if (series === 0) reader.fail('no series', 'one at least');
  return { layout, rows, series };
}

/**
 * Reads the rows behind a head into `columns`, which have the room.
 * @param slotOf the columns' slot of each id of the stream
 */
export function readSamples(
  reader: ByteReader,
  head: SamplesHead,
  slotOf: Int32Array,
  columns: SampleColumns,
): void {
  const { layout, rows, series } = head;
  readSlots(reader, series, slotOf);
  orderColumn.read(reader, rows);
  const inTurn = isInTurn(layout);
  if (inTurn) {
    fillTurns(rows, series);
  } else {
    readOrder(reader, head);
    sortRows(reader, head);
  }
  for (let row = 0; row < rows; row++) columns.slots[row] = slots[order[row]!]!;
  if ((layout & TIMESTAMPS_BY_SERIES) === 0) {
    readTimestamps(reader, columns.timestampsMs, 0, rows);
  } else {
    readTimestamps(reader, sorted, 0, rows);
    for (let row = 0; row < rows; row++) columns.timestampsMs[row] = sorted[places[row]!]!;
  }
  if ((layout & VALUES_TOGETHER) !== 0) {
    const isExact = readTogether(reader, { out: sorted, length: rows, series, ends });
    if (inTurn && rows === series) columns.values.set(sorted.subarray(0, rows));
    else gather(columns.values, rows, isExact);
  } else if ((layout & VALUES_BY_SERIES) === 0) {
    readValues(reader, columns.values, 0, rows);
  } else {
    const isExact = readBySeries(reader, series);
    gather(columns.values, rows, isExact);
  }
  columns.length = rows;
}

/** Fills `slots`. */
function readSlots(reader: ByteReader, series: number, slotOf: Int32Array): void {
  seriesColumn.read(reader, series);
  seriesColumn.writeTo(reader, integers, 0, series);
  for (let local = 0; local < series; local++) {
    const index = integers[local]!;
    if (!(index >= 0 && index < slotOf.length)) {
      reader.fail(`id ${index}`, `one of the ${slotOf.length} known`);
    }
    slots[local] = slotOf[index]!;
  }
}

/** Whether the rows are those of one series after the other, again and again. */
function isInTurn(layout: number): boolean {
  const { kind, base, step } = orderColumn;
  const isCyclic = (layout & ORDER_IS_CYCLIC) !== 0;
  return isCyclic && kind === COLUMN_REGULAR && base === 0 && step === 0;
}

/** Fills `order`, `places` and `ends` for rows in turn. */
function fillTurns(rows: number, series: number): void {
  const turns = Math.floor(rows / series);
  const rest = rows - turns * series;
  for (let local = 0, end = 0; local < series; local++) {
    end += local < rest ? turns + 1 : turns;
    ends[local] = end;
  }
  for (let row = 0, turn = 0; row < rows; turn++) {
    const count = Math.min(series, rows - row);
    let start = 0;
    for (let local = 0; local < count; local++) {
      order[row] = local;
      places[row] = start + turn;
      start = ends[local]!;
      row++;
    }
  }
}

/** Fills `order`, after its column was read. */
function readOrder(reader: ByteReader, head: SamplesHead): void {
  const { rows, series, layout } = head;
  orderColumn.writeTo(reader, integers, 0, rows);
  const isCyclic = (layout & ORDER_IS_CYCLIC) !== 0;
  let expected = 0;
  for (let row = 0; row < rows; row++) {
    const local = integers[row]! + expected;
    if (!(local >= 0 && local < series)) reader.fail(`series ${local}`, `one of ${series}`);
    order[row] = local;
    if (isCyclic) expected = local + 1 === series ? 0 : local + 1;
  }
}

/** Fills `places` and `ends`. */
function sortRows(reader: ByteReader, head: SamplesHead): void {
  const { rows, series } = head;
  ends.fill(0, 0, series);
  for (let row = 0; row < rows; row++) ends[order[row]!]!++;
  let start = 0;
  for (let local = 0; local < series; local++) {
    const count = ends[local]!;
    if (count === 0) reader.fail(`no row of series ${local}`, 'one at least');
    ends[local] = start;
    start += count;
  }
  for (let row = 0; row < rows; row++) places[row] = ends[order[row]!]!++;
}

/** The values of each series after the other; says whether none is NaN. */
function readBySeries(reader: ByteReader, series: number): boolean {
  let isExact = true;
  let start = 0;
  for (let local = 0; local < series; local++) {
    const end = ends[local]!;
    if (!readValues(reader, sorted, start, end - start)) isExact = false;
    start = end;
  }
  return isExact;
}

/** Copies the sorted values to where they stand in the rows. */
function gather(out: Float64Array, rows: number, isExact: boolean): void {
  if (isExact) {
    for (let row = 0; row < rows; row++) out[row] = sorted[places[row]!]!;
    return;
  }
  const to = wordsOf(out);
  for (let row = 0; row < rows; row++) {
    const place = places[row]! * 2;
    to[row * 2] = sortedWords[place]!;
    to[row * 2 + 1] = sortedWords[place + 1]!;
  }
}
