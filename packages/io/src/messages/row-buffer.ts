/** Samples gathered from messages of any size: columns that grow. */
import { SampleColumns, type MetricDictionary, type SampleBatch } from '@windrow/core';

const ROWS_AT_FIRST = 4096;

/** Whoever clears it owns the rows: columns handed on are overwritten by what is gathered next. */
export class RowBuffer {
  #columns: SampleColumns;

  constructor(dictionary: MetricDictionary) {
    this.#columns = new SampleColumns(dictionary, ROWS_AT_FIRST);
  }

  /** All rows gathered so far. `reserve` may replace it. */
  get columns(): SampleColumns {
    return this.#columns;
  }

  /** Makes room for `count` rows more, and returns the columns to append to. */
  reserve(count: number): SampleColumns {
    const before = this.#columns;
    const needed = before.length + count;
    if (needed <= before.capacity) return before;
    const grown = new SampleColumns(before.dictionary, Math.max(needed, 2 * before.capacity));
    this.#columns = grown;
    this.append(before);
    return grown;
  }

  append(batch: SampleBatch): void {
    const { length } = batch;
    const columns = this.reserve(length);
    columns.slots.set(batch.slots.subarray(0, length), columns.length);
    columns.timestampsMs.set(batch.timestampsMs.subarray(0, length), columns.length);
    columns.values.set(batch.values.subarray(0, length), columns.length);
    columns.length += length;
  }

  clear(): void {
    this.#columns.length = 0;
  }
}
