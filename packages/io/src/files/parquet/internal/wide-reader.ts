/** The cells of row groups in the wide form, row by row; a null cell is no sample. */
import {
  SampleColumns,
  type DeadLetter,
  type MetricDictionary,
  type SampleBatch,
} from '@windrow/core';
import { quarantined } from '../../internal/damage.ts';
import { timestampFault } from '../../internal/settle-rows.ts';
import { BATCH_ROWS } from '../../sample-file.ts';
import type { ColumnCursor } from './column-cursor.ts';
import { chunkPlace } from './group-columns.ts';
import { lostRows, numberCursor, type GroupReader, type OpenGroup } from './group-reader.ts';
import type { WideLayout } from './layout.ts';

/** Some rows of one metric, and which of its cells are there. */
interface Metric {
  readonly name: string;
  readonly slot: number;
  readonly cursor: ColumnCursor<Float64Array>;
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

export class WideReader implements GroupReader {
  readonly #times: ColumnCursor<Float64Array>;
  readonly #timestampsMs: Float64Array;
  readonly #metrics: readonly Metric[];
  /** Rows read at a time, so that their cells fill a batch. */
  readonly #blockRows: number;
  readonly #batch: SampleColumns;
  readonly #timeName: string;

  constructor(layout: WideLayout, dictionary: MetricDictionary) {
    const rows = Math.max(1, Math.floor(BATCH_ROWS / layout.metrics.length));
    this.#blockRows = rows;
    this.#timeName = layout.time.name;
    this.#times = numberCursor(layout.time);
    this.#timestampsMs = new Float64Array(rows);
    this.#metrics = layout.metrics.map((column) => ({
      name: column.name,
      slot: dictionary.intern(column.metricId),
      cursor: numberCursor(column),
      values: new Float64Array(rows),
      present: new Uint8Array(rows),
    }));
    this.#batch = new SampleColumns(dictionary, rows * layout.metrics.length);
  }

  get dictionary(): MetricDictionary {
    return this.#batch.dictionary;
  }

  /** The rows of the wide form have none. */
  get arrivalColumn(): undefined {
    return undefined;
  }

  async *read(group: OpenGroup, reject: (letter: DeadLetter) => void): AsyncGenerator<SampleBatch> {
    const { rowCount, firstRow } = group.place;
    if (rowCount === 0) return;
    this.#start(group);
    for (let done = 0; done < rowCount;) {
      const asked = Math.min(this.#blockRows, rowCount - done);
      const count = await this.#fill(asked);
      this.#rejectRows(group.file, count, firstRow + done, reject);
      this.#turn(count);
      if (this.#batch.length > 0) yield this.#batch;
      done += count;
      if (count < asked) {
        reject(lostRows(group, done, this.#damages()));
        return;
      }
    }
  }

  #start({ handle, file, footer, place }: OpenGroup): void {
    this.#times.start(handle, file, chunkPlace(footer, place, this.#timeName));
    for (const { cursor, name } of this.#metrics) {
      cursor.start(handle, file, chunkPlace(footer, place, name));
    }
  }

  async #fill(asked: number): Promise<number> {
    let count = await this.#times.fill(this.#timestampsMs, asked);
    for (const { cursor, values, present } of this.#metrics) {
      count = Math.min(count, await cursor.fill(values, asked, present));
    }
    return count;
  }

  /** Sets rows without a time aside: all their cells become absent. */
  #rejectRows(
    file: string,
    count: number,
    firstRow: number,
    reject: (letter: DeadLetter) => void,
  ): void {
    for (let row = 0; row < count; row++) {
      const fault = timestampFault(this.#timestampsMs[row]!);
      if (fault === null) continue;
      reject(quarantined(file, firstRow + row, fault));
      for (const { present } of this.#metrics) present[row] = 0;
    }
  }

  /** Columns of metrics to rows of samples. */
  #turn(count: number): void {
    const batch = this.#batch;
    batch.length = 0;
    for (let row = 0; row < count; row++) {
      const timestampMs = this.#timestampsMs[row]!;
      for (const { slot, values, present } of this.#metrics) {
        if (present[row] === 1) batch.push(slot, timestampMs, values[row]!);
      }
    }
  }

  #damages(): [string, string | null][] {
    return [
      [`column ${this.#timeName}`, this.#times.damage],
      ...this.#metrics.map(({ name, cursor }): [string, string | null] => [
        `column ${name}`,
        cursor.damage,
      ]),
    ];
  }
}
