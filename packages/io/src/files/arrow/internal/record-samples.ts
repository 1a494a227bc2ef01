/** Samples out of Arrow record batches of one schema: three columns, found by name. */
import { DataType, type RecordBatch, type Schema } from 'apache-arrow';
import { SampleColumns, type DeadLetter, type MetricDictionary } from '@windrow/core';
import { Damage } from '../../internal/damage.ts';
import { InvalidIds } from '../../internal/invalid-ids.ts';
import { settleRows } from '../../internal/settle-rows.ts';
import { BATCH_ROWS } from '../../sample-file.ts';
import { decimalReader } from './arrow-decimals.ts';
import { ArrowIds } from './arrow-ids.ts';
import { timeReader, valueReader, type NumberReader } from './arrow-numbers.ts';

/** What the three columns are called. */
export interface SampleColumnNames {
  readonly metricId: string;
  readonly timestamp: string;
  readonly value: string;
}

/** As files name them. */
export const LONG_FORM: SampleColumnNames = {
  metricId: 'metric_id',
  timestamp: 'timestamp_ms',
  value: 'value',
};

export interface RecordOptions {
  readonly names: SampleColumnNames;
  /** Decimals are read as values; else they are refused. */
  readonly decimals: boolean;
  /** For dead letters. */
  readonly source: string;
  readonly dictionary: MetricDictionary;
  readonly reject: (letter: DeadLetter) => void;
  /** As `ReadOptions.arrivalColumn`. */
  readonly arrivalColumn?: string | undefined;
}

export class RecordSamples {
  readonly #options: RecordOptions;
  readonly #columns: Columns;
  readonly #invalidIds: InvalidIds = new InvalidIds();
  readonly #ids: ArrowIds;
  readonly #batch: SampleColumns;
  #rowsRead = 0;

  /** Throws Damage where a column is missing or of a type that is none of theirs. */
  constructor(schema: Schema, options: RecordOptions) {
    this.#options = options;
    this.#columns = findColumns(schema, options);
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

interface Columns {
  /** Of id, time, value. */
  readonly indices: readonly number[];
  readonly readTime: NumberReader;
  readonly readValue: NumberReader;
  /** The time of arrival, where it is asked for. */
  readonly arrival: { readonly index: number; readonly read: NumberReader } | null;
}

function findColumns(schema: Schema, options: RecordOptions): Columns {
  const { names, decimals } = options;
  const found = schema.fields.map((field) => field.name);
  const { metricId, timestamp, value: valueName } = names;
  const indices = [metricId, timestamp, valueName].map((name) => found.indexOf(name));
  const [id, time, value] = indices.map((index) => schema.fields[index]);
  if (id === undefined || time === undefined || value === undefined) {
    throw new Damage(
      `found the columns ${found.slice(0, 20).join(', ')}, expected ${metricId}, ${timestamp} and ${valueName}`,
    );
  }
  if (!ArrowIds.canRead(id.type)) {
    throw new Damage(`column ${id.name}: found ${String(id.type)}, expected text or 16 bytes`);
  }
  const readTime = timeReader(time.type, time.name);
  if (readTime === null) {
    throw new Damage(
      `column ${time.name}: found ${String(time.type)}, expected int64 (milliseconds) or a timestamp`,
    );
  }
  const readValue =
    valueReader(value.type, value.name) ??
    (decimals && DataType.isDecimal(value.type) ? decimalReader(value.type, value.name) : null);
  if (readValue === null) {
    throw new Damage(
      `column ${value.name}: found ${String(value.type)}, expected float64 (or float32, integer${decimals ? ', decimal of 128 bits' : ''})`,
    );
  }
  return { indices, readTime, readValue, arrival: findArrival(schema, options.arrivalColumn) };
}

function findArrival(schema: Schema, name: string | undefined): Columns['arrival'] {
  if (name === undefined) return null;
  const index = schema.fields.findIndex((field) => field.name === name);
  const type = schema.fields[index]?.type;
  const read = type === undefined ? null : timeReader(type, name);
  if (read === null) {
    throw new Damage(
      `column ${name}: found ${type === undefined ? 'none' : String(type)}, expected the time of arrival: int64 (milliseconds) or a timestamp`,
    );
  }
  return { index, read };
}
