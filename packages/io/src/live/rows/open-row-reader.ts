/** The reader of rows of each form. */
import type { DeadLetter, MetricDictionary } from '@windrow/core';
import { JsonSamples } from '../../messages/json-samples.ts';
import type { SampleFields } from '../../messages/sample-fields.ts';
import { quarantined } from '../../quarantined.ts';
import { CsvLines } from './csv-lines.ts';
import { LineRows, type LineHandler } from './line-rows.ts';
import { RecordRows } from './record-rows.ts';
import type { GrowingForm, RowReader } from './row-reader.ts';

export interface RowReaderOptions {
  readonly form: GrowingForm;
  readonly dictionary: MetricDictionary;
  /** Named in dead letters. */
  readonly source: string;
  readonly reject: (letter: DeadLetter) => void;
  /** Of JSON. */
  readonly fields: SampleFields;
}

export function openRowReader(options: RowReaderOptions): RowReader {
  const { form, dictionary, source, reject, fields } = options;
  const refuse = (row: number, reason: string, raw: string | null): void => {
    reject(quarantined(source, row, reason, raw));
  };
  switch (form) {
    case 'ndjson':
      return new LineRows(jsonLines(new JsonSamples(fields, dictionary), refuse), refuse);
    case 'csv': {
      const lines = new CsvLines({ source, dictionary, reject });
      return new LineRows(lines, refuse);
    }
    case 'records':
      return new RecordRows(refuse);
  }
}

const OPENING_BRACKET = 0x5b;

/** An object a line, or an array of them. */
function jsonLines(
  json: JsonSamples,
  refuse: (row: number, reason: string, raw: string | null) => void,
): LineHandler {
  return {
    fault: null,
    hasHeader: false,
    line(bytes, start, end, number, rows) {
      if (bytes[start] === OPENING_BRACKET) {
        json.readDocument(bytes.subarray(start, end), rows, (_row, reason, raw) => {
          refuse(number, reason, raw);
          return true;
        });
        return;
      }
      const fault = json.readObject(bytes, start, end, rows);
      if (fault !== null)
        refuse(number, fault, bytes.toString('utf8', start, Math.min(end, start + 1200)));
    },
  };
}
