/** Sinks of dead letters by URI: what was refused, with the reason. */
import type { DeadLetter, Sink } from '@windrow/core';
import { CsvEncoder } from './files/encode/csv-encoder.ts';
import { NdjsonEncoder } from './files/encode/ndjson-encoder.ts';
import { openSink, type SinkForms, type SinkOptions } from './open-sink.ts';
import { deadLetterTable } from './tables/dead-letter-table.ts';

const forms: SinkForms<readonly DeadLetter[]> = {
  what: 'dead letters',
  extensions: '.ndjson .jsonl .csv, and .gz or .zst after them',
  encoders: {
    csv: () => new CsvEncoder(deadLetterTable),
    ndjson: () => new NdjsonEncoder(deadLetterTable),
  },
};

/**
 * Opens a sink of dead letters: NDJSON or CSV, or `log:`.
 * @throws WindrowError USAGE for an unknown scheme, OUTPUT for an extension that names no form, a folder, or a place that
 *   cannot be written
 */
export function openDeadLetterSink(
  uri: string,
  options: SinkOptions = {},
): Promise<Sink<readonly DeadLetter[]>> {
  return openSink(uri, forms, options);
}
