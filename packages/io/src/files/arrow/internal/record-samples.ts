/** Samples out of Arrow record batches of one schema: three columns, found by name. */
import type { RecordBatch, Schema } from 'apache-arrow';
import { SampleColumns, type DeadLetter, type MetricDictionary } from '@windrow/core';
import { Damage } from '../../internal/damage.ts';
import { InvalidIds } from '../../internal/invalid-ids.ts';
import { settleRows } from '../../internal/settle-rows.ts';
import { BATCH_ROWS } from '../../sample-file.ts';
import { ArrowIds } from './arrow-ids.ts';
import { findColumns, type RecordColumns, type RecordForm } from './record-columns.ts';

export interface RecordOptions extends RecordForm {
  /** For dead letters. */
  readonly source: string;
  readonly dictionary: MetricDictionary;
  readonly reject: (letter: DeadLetter) => void;
}

export class RecordSamples {
  readonly #options: RecordOptions;
  readonly #columns: RecordColumns;
  readonly #invalidIds: InvalidIds = new InvalidIds();
  readonly #ids: ArrowIds;
  readonly #batch: SampleColumns;
  #rowsRead = 0;

  /**
   * Throws Damage where a column is missing, there twice, or of a type that is none of theirs.
   * @param found names of all columns that were sent; the schema may lack those that nobody asks for
   */
  constructor(schema: Schema, found: readonly string[], options: RecordOptions) {
    this.#options = options;
    this.#columns = findColumns(schema, found, options);
    this.#ids = new ArrowIds(options.dictionary, this.#invalidIds);
    const arrivals = options.arrivalColumn !== undefined;
    this.#batch = new SampleColumns(options.dictionary, BATCH_ROWS, { arrivals });
  }

  /** Rows read so far, those set aside too. */
  get rowsRead(): number {
    return this.#rowsRead;
  }

  /**
   * The samples of a record batch; what is yielded is valid until the next is asked for, and never empty. Throws Damage.
   * @param firstRow 1-based number of the batch's first row, for dead letters
   */
  *read(record: RecordBatch, firstRow: number): Generator<SampleColumns> {
    const { indices, readTime, readValue, arrival } = this.#columns;
    const { source, reject } = this.#options;
    const [id, time, value] = indices.map((index) => record.data.children[index]);
    if (id === undefined || time === undefined || value === undefined) {
      throw new Damage('a record batch without its columns');
    }
    const origin = { source, invalidIds: this.#invalidIds, reject };
    const batch = this.#batch;
    for (let done = 0; done < record.numRows;) {
      const count = Math.min(BATCH_ROWS, record.numRows - done);
      this.#ids.read(id, done, count, batch.slots);
      readTime(time, done, count, batch.timestampsMs);
      readValue(value, done, count, batch.values);
      if (arrival !== null) {
        arrival.read(record.data.children[arrival.index]!, done, count, batch.arrivalsMs!);
      }
      settleRows(batch, count, firstRow + done, origin);
      done += count;
      this.#rowsRead += count;
      if (batch.length > 0) yield batch;
    }
  }
}
