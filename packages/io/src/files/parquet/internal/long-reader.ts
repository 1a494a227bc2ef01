/** The rows of row groups in the long form. */
import {
  SampleColumns,
  type DeadLetter,
  type MetricDictionary,
  type SampleBatch,
} from '@windrow/core';
import { InvalidIds } from '../../internal/invalid-ids.ts';
import { settleRows } from '../../internal/settle-rows.ts';
import { BATCH_ROWS } from '../../sample-file.ts';
import { ColumnCursor } from './column-cursor.ts';
import { chunkPlace } from './group-columns.ts';
import { lostRows, numberCursor, type GroupReader, type OpenGroup } from './group-reader.ts';
import { IdDecoder } from './id-decoder.ts';
import type { LongLayout, NumberColumn } from './layout.ts';

export class LongReader implements GroupReader {
  readonly #layout: LongLayout;
  readonly #invalidIds: InvalidIds = new InvalidIds();
  readonly #ids: ColumnCursor<Int32Array>;
  readonly #times: ColumnCursor<Float64Array>;
  readonly #values: ColumnCursor<Float64Array>;
  /** The column with the time of arrival, where it is asked for. */
  readonly #arrival: NumberColumn | null;
  readonly #arrivals: ColumnCursor<Float64Array> | null;
  readonly #batch: SampleColumns;

  constructor(layout: LongLayout, dictionary: MetricDictionary, arrival: NumberColumn | null) {
    const { element, form } = layout.id;
    const decoder = new IdDecoder(form, dictionary, this.#invalidIds);
    this.#layout = layout;
    this.#ids = new ColumnCursor(decoder, element.repetition_type !== 'REQUIRED');
    this.#times = numberCursor(layout.time);
    this.#values = numberCursor(layout.value);
    this.#arrival = arrival;
    this.#arrivals = arrival === null ? null : numberCursor(arrival);
    this.#batch = new SampleColumns(dictionary, BATCH_ROWS, { arrivals: arrival !== null });
  }

  get dictionary(): MetricDictionary {
    return this.#batch.dictionary;
  }

  get arrivalColumn(): string | undefined {
    return this.#arrival?.name;
  }

  async *read(group: OpenGroup, reject: (letter: DeadLetter) => void): AsyncGenerator<SampleBatch> {
    const { rowCount, firstRow } = group.place;
    if (rowCount === 0) return;
    this.#start(group);
    const batch = this.#batch;
    const origin = { source: group.file, invalidIds: this.#invalidIds, reject };
    for (let done = 0; done < rowCount;) {
      const asked = Math.min(BATCH_ROWS, rowCount - done);
      const count = Math.min(
        ...(await Promise.all([
          this.#ids.fill(batch.slots, asked),
          this.#times.fill(batch.timestampsMs, asked),
          this.#values.fill(batch.values, asked),
          this.#arrivals?.fill(batch.arrivalsMs!, asked) ?? asked,
        ])),
      );
      settleRows(batch, count, firstRow + done, origin);
      if (batch.length > 0) yield batch;
      done += count;
      if (count < asked) {
        reject(lostRows(group, done, this.#damages()));
        return;
      }
    }
  }

  #start({ handle, file, footer, place }: OpenGroup): void {
    const { id, time, value } = this.#layout;
    this.#ids.start(handle, file, chunkPlace(footer, place, id.name));
    this.#times.start(handle, file, chunkPlace(footer, place, time.name));
    this.#values.start(handle, file, chunkPlace(footer, place, value.name));
    if (this.#arrival !== null) {
      this.#arrivals!.start(handle, file, chunkPlace(footer, place, this.#arrival.name));
    }
  }

  #damages(): [string, string | null][] {
    return [
      [`column ${this.#layout.id.name}`, this.#ids.damage],
      [`column ${this.#layout.time.name}`, this.#times.damage],
      [`column ${this.#layout.value.name}`, this.#values.damage],
      ...(this.#arrival === null
        ? []
        : [
            [`column ${this.#arrival.name}`, this.#arrivals!.damage] satisfies [
              string,
              string | null,
            ],
          ]),
    ];
  }
}
