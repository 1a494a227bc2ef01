/** The payload of a block of samples; FORMAT.md, "Blocks of samples". */
import type { SampleColumns } from '@windrow/core';
import type { ByteReader } from '../internal/byte-reader.ts';
import { wordsOf } from '../internal/float-words.ts';
import { FloatScratch, IntScratch } from '../internal/scratch.ts';
import {
  ORDER_IS_CYCLIC,
  STREAM_ROWS_MAX,
  TIMESTAMPS_BY_SERIES,
  VALUES_BY_SERIES,
} from '../stream-layout.ts';
import { IntegerColumn } from './column.ts';
import { readTimestamps } from './timestamps.ts';
import { readValues } from './values.ts';

const seriesColumn = new IntegerColumn();
const orderColumn = new IntegerColumn();
const integerScratch = new FloatScratch();
const slotScratch = new IntScratch();
const orderScratch = new IntScratch();
const startScratch = new IntScratch();
const placeScratch = new IntScratch();
const sortedScratch = new FloatScratch();

/** The layout byte and the two counts of a block of samples. */
export interface SamplesHead {
  readonly layout: number;
  readonly rows: number;
  readonly series: number;
}

/** Reads what stands before the columns. */
export function readSamplesHead(reader: ByteReader): SamplesHead {
  const layout = reader.u8();
  const known = TIMESTAMPS_BY_SERIES | VALUES_BY_SERIES | ORDER_IS_CYCLIC;
  if ((layout & ~known) !== 0) reader.fail(`layout ${layout}`, `at most ${known}`);
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
  const slots = readSlots(reader, series, slotOf);
  const order = readOrder(reader, head);
  const places = sortRows(reader, order, head);
  for (let row = 0; row < rows; row++) columns.slots[row] = slots[order[row]!]!;
  const sorted = sortedScratch.of(rows);
  if ((layout & TIMESTAMPS_BY_SERIES) === 0) {
    readTimestamps(reader, columns.timestampsMs, 0, rows);
  } else {
    readTimestamps(reader, sorted, 0, rows);
    for (let row = 0; row < rows; row++) columns.timestampsMs[row] = sorted[places[row]!]!;
  }
  if ((layout & VALUES_BY_SERIES) === 0) {
    readValues(reader, columns.values, 0, rows);
  } else {
    const isExact = readBySeries(reader, series, sorted);
    gather(sorted, places, columns.values, { rows, isExact });
  }
  columns.length = rows;
}

/** The columns' slot of each series. */
function readSlots(reader: ByteReader, series: number, slotOf: Int32Array): Int32Array {
  const indices = integerScratch.of(series);
  seriesColumn.read(reader, series);
  seriesColumn.writeTo(reader, indices, 0, series);
  const slots = slotScratch.of(series);
  for (let local = 0; local < series; local++) {
    const index = indices[local]!;
    if (!(index >= 0 && index < slotOf.length)) {
      reader.fail(`id ${index}`, `one of the ${slotOf.length} known`);
    }
    slots[local] = slotOf[index]!;
  }
  return slots;
}

/** Which series each row belongs to. */
function readOrder(reader: ByteReader, head: SamplesHead): Int32Array {
  const { rows, series, layout } = head;
  const integers = integerScratch.of(rows);
  orderColumn.read(reader, rows);
  orderColumn.writeTo(reader, integers, 0, rows);
  const order = orderScratch.of(rows);
  const isCyclic = (layout & ORDER_IS_CYCLIC) !== 0;
  let expected = 0;
  for (let row = 0; row < rows; row++) {
    const local = integers[row]! + expected;
    if (!(local >= 0 && local < series)) reader.fail(`series ${local}`, `one of ${series}`);
    order[row] = local;
    if (isCyclic) expected = local + 1 === series ? 0 : local + 1;
  }
  return order;
}

/** Where each row stands when they are sorted by series; `startScratch` has where each series ends. */
function sortRows(reader: ByteReader, order: Int32Array, head: SamplesHead): Int32Array {
  const { rows, series } = head;
  const ends = startScratch.of(series);
  ends.fill(0, 0, series);
  for (let row = 0; row < rows; row++) ends[order[row]!]!++;
  let start = 0;
  for (let local = 0; local < series; local++) {
    const count = ends[local]!;
    if (count === 0) reader.fail(`no row of series ${local}`, 'one at least');
    ends[local] = start;
    start += count;
  }
  const places = placeScratch.of(rows);
  for (let row = 0; row < rows; row++) places[row] = ends[order[row]!]!++;
  return places;
}

/** The values of each series after the other; says whether none is NaN. */
function readBySeries(reader: ByteReader, series: number, sorted: Float64Array): boolean {
  const ends = startScratch.of(series);
  let isExact = true;
  let start = 0;
  for (let local = 0; local < series; local++) {
    const end = ends[local]!;
    if (!readValues(reader, sorted, start, end - start)) isExact = false;
    start = end;
  }
  return isExact;
}

function gather(
  sorted: Float64Array,
  places: Int32Array,
  out: Float64Array,
  how: { readonly rows: number; readonly isExact: boolean },
): void {
  if (how.isExact) {
    for (let row = 0; row < how.rows; row++) out[row] = sorted[places[row]!]!;
    return;
  }
  const from = wordsOf(sorted);
  const to = wordsOf(out);
  for (let row = 0; row < how.rows; row++) {
    const place = places[row]! * 2;
    to[row * 2] = from[place]!;
    to[row * 2 + 1] = from[place + 1]!;
  }
}
