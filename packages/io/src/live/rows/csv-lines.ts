/**
 * CSV whose records are lines: a header, then a sample a line. A quoted field may hold commas and quotes, and no line feed, since a line
 * that has not ended yet cannot be told from one that goes on.
 */
import { parse } from 'csv-parse/sync';
import { messageOf, type DeadLetter, type MetricDictionary } from '@windrow/core';
import { CsvSampleReader } from '../../files/csv/csv-sample-reader.ts';
import type { RowBuffer } from '../../messages/row-buffer.ts';
import type { LineHandler } from './line-rows.ts';

const CARRIAGE_RETURN = 0x0d;

export class CsvLines implements LineHandler {
  readonly hasHeader = true;
  readonly #reader: CsvSampleReader;
  /** Where the sample of the line in hand goes. */
  #rows: RowBuffer | null = null;

  constructor(options: {
    readonly source: string;
    readonly dictionary: MetricDictionary;
    readonly reject: (letter: DeadLetter) => void;
  }) {
    const target = {
      push: (slot: number, timestampMs: number, value: number): void => {
        this.#rows?.reserve(1).push(slot, timestampMs, value);
      },
    };
    this.#reader = new CsvSampleReader(options.source, target, options);
  }

  /** Why the header is none. */
  get fault(): string | null {
    return this.#reader.headerFault;
  }

  line(bytes: Buffer, start: number, end: number, number: number, rows: RowBuffer): void {
    this.#rows = rows;
    const to = bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    if (this.#reader.line(bytes, start, to, number)) return;
    const text = bytes.toString('utf8', start, to).trimEnd();
    try {
      this.#reader.record(text.includes('"') ? quotedFields(text) : text.split(','), number);
    } catch (error) {
      this.#reader.broken(messageOf(error), number);
    }
  }
}

function quotedFields(text: string): string[] {
  const [fields = []]: string[][] = parse(text, { relax_column_count: true });
  return fields;
}
