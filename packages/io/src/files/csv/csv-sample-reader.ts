/** From the records of a CSV file to samples: the header says where the columns are, then each record is a sample. */
import {
  INVALID_SLOT,
  found,
  type DeadLetter,
  type MetricDictionary,
  type ReadOptions,
} from '@windrow/core';
import { Damage, lostFrom, quarantined } from '../internal/damage.ts';
import { doubledColumn } from '../internal/doubled-column.ts';
import { arrivalFault, timestampFault } from '../internal/settle-rows.ts';
import { DecimalNumber } from '../../messages/decimal-number.ts';
import { integerOfField, valueOfField } from './field-numbers.ts';
import { LineFields } from './line-fields.ts';

/** Takes samples; there is room for them. */
export interface CsvRowTarget {
  push(slot: number, timestampMs: number, value: number, arrivalMs?: number): void;
}

const COLUMNS = ['metric_id', 'timestamp_ms', 'value'] as const;

type CsvReadOptions = Pick<ReadOptions, 'dictionary' | 'reject' | 'arrivalColumn'>;

/** Where the three columns are in a record. */
interface Columns {
  readonly id: number;
  readonly time: number;
  readonly value: number;
  /** The time of arrival; null where nobody asks. */
  readonly arrival: number | null;
  /** Fields in a record. */
  readonly count: number;
}

/** Takes records one by one: the header first, then samples. */
export class CsvSampleReader {
  readonly #source: string;
  readonly #rows: CsvRowTarget;
  readonly #dictionary: MetricDictionary;
  readonly #options: CsvReadOptions;
  readonly #fields: LineFields = new LineFields();
  readonly #number: DecimalNumber = new DecimalNumber();
  #columns: Columns | null = null;
  #line = 0;
  /** Why the file as a whole cannot be read; null where it can. */
  headerFault: string | null = null;

  constructor(source: string, rows: CsvRowTarget, options: CsvReadOptions) {
    this.#source = source;
    this.#rows = rows;
    this.#dictionary = options.dictionary;
    this.#options = options;
  }

  record(fields: readonly string[], line: number): void {
    this.#line = line;
    if (this.headerFault !== null) return;
    if (this.#columns === null) this.#header(fields);
    else this.#sample(fields, line, this.#columns);
  }

  /** A record as the line `bytes[start .. end)`; false where it is more than a line of plain fields. */
  line(bytes: Buffer, start: number, end: number, number: number): boolean {
    const fields = this.#fields;
    if (!fields.find(bytes, start, end)) return false;
    if (this.#columns !== null && this.#plainSample(bytes, fields, this.#columns)) {
      this.#line = number;
    } else {
      this.record(fields.texts(bytes), number);
    }
    return true;
  }

  /** A sample as programs write it, without a string. False where it is anything else. */
  #plainSample(bytes: Buffer, { starts, ends, count }: LineFields, columns: Columns): boolean {
    const { id, time, value, arrival } = columns;
    if (count !== columns.count || arrival !== null) return false;
    const slot = this.#dictionary.internAscii(bytes, starts[id]!, ends[id]! - starts[id]!);
    if (slot === INVALID_SLOT) return false;
    const number = this.#number;
    if (number.read(bytes, starts[time]!, ends[time]!) !== ends[time]) return false;
    // + 0 makes -0 a plain zero.
    const timestampMs = number.value + 0;
    if (!Number.isInteger(timestampMs) || timestampFault(timestampMs) !== null) return false;
    if (number.read(bytes, starts[value]!, ends[value]!) !== ends[value]) return false;
    this.#rows.push(slot, timestampMs, number.value);
    return true;
  }

  broken(reason: string, line: number): void {
    this.#line = line;
    this.#options.reject(quarantined(this.#source, line, reason));
  }

  /** At the end of the file. */
  finish(): void {
    if (this.headerFault !== null) throw new Damage(this.headerFault);
    if (this.#columns === null) throw new Damage('the file is empty, expected a header');
  }

  /** Tells that nothing can be read from here on. */
  lost(reason: string): DeadLetter {
    return lostFrom(this.#source, this.#columns === null ? null : this.#line + 1, 'line', reason);
  }

  #header(fields: readonly string[]): void {
    const names = fields.map((field) => field.trim());
    const id = names.indexOf('metric_id');
    const time = names.indexOf('timestamp_ms');
    const value = names.indexOf('value');
    const { arrivalColumn } = this.#options;
    const arrival = arrivalColumn === undefined ? null : names.indexOf(arrivalColumn);
    const asked = arrivalColumn === undefined ? COLUMNS : [...COLUMNS, arrivalColumn];
    const doubled = doubledColumn(names, asked);
    if (doubled !== null) {
      this.headerFault = doubled;
    } else if (arrival === -1) {
      this.headerFault = `found the header ${found(names.join(','))}, expected the column ${arrivalColumn} with the time of arrival`;
    } else if (id < 0 || time < 0 || value < 0) {
      this.headerFault = `found the header ${found(names.join(','))}, expected the columns metric_id, timestamp_ms and value`;
    } else {
      this.#columns = { id, time, value, arrival, count: names.length };
    }
  }

  #sample(fields: readonly string[], line: number, columns: Columns): void {
    if (fields.length !== columns.count) {
      this.#reject(fields, line, `found ${fields.length} fields, expected ${columns.count}`);
      return;
    }
    const id = fields[columns.id]!;
    let slot = this.#dictionary.intern(id);
    if (slot === INVALID_SLOT) slot = this.#dictionary.intern(id.trim());
    if (slot === INVALID_SLOT) {
      this.#reject(fields, line, `metric_id: found ${found(id)}, expected a UUID`);
      return;
    }
    const time = fields[columns.time]!;
    const timestampMs = integerOfField(time);
    if (timestampMs === undefined) {
      const expected = 'expected integer milliseconds since 1970';
      this.#reject(fields, line, `timestamp_ms: found ${found(time)}, ${expected}`);
      return;
    }
    const fault = timestampFault(timestampMs);
    if (fault !== null) {
      this.#reject(fields, line, fault);
      return;
    }
    const value = valueOfField(fields[columns.value]!);
    if (value === undefined) {
      this.#reject(fields, line, `value: found ${found(fields[columns.value])}, expected a number`);
      return;
    }
    if (columns.arrival === null) {
      this.#rows.push(slot, timestampMs, value);
      return;
    }
    const arrivalMs = integerOfField(fields[columns.arrival]!) ?? Number.NaN;
    const late = arrivalFault(arrivalMs);
    if (late === null) this.#rows.push(slot, timestampMs, value, arrivalMs);
    else this.#reject(fields, line, late);
  }

  #reject(fields: readonly string[], line: number, reason: string): void {
    this.#options.reject(quarantined(this.#source, line, reason, fields.join(',')));
  }
}
