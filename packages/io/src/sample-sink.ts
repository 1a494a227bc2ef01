/** Sinks of samples by URI: what the simulator and tools write. */
import type { SampleBatch, Sink } from '@windrow/core';
import { ArrowEncoder } from './files/encode/arrow-encoder.ts';
import { CsvEncoder } from './files/encode/csv-encoder.ts';
import { NdjsonEncoder } from './files/encode/ndjson-encoder.ts';
import { ParquetEncoder } from './files/encode/parquet-encoder.ts';
import { SampleRecordEncoder } from './files/encode/record-encoder.ts';
import { KNOWN_EXTENSIONS } from './files/file-names.ts';
import { openSink, type SinkForms, type SinkOptions } from './open-sink.ts';
import { sampleTable } from './tables/sample-table.ts';

const forms: SinkForms<SampleBatch> = {
  what: 'samples',
  extensions: KNOWN_EXTENSIONS,
  encoders: {
    parquet: () => new ParquetEncoder(sampleTable),
    arrow: () => new ArrowEncoder(sampleTable, 'file'),
    arrows: () => new ArrowEncoder(sampleTable, 'stream'),
    csv: () => new CsvEncoder(sampleTable),
    ndjson: () => new NdjsonEncoder(sampleTable),
    records: () => new SampleRecordEncoder(),
  },
};

/**
 * Opens a sink of samples in the long form: a file in the form that its extension names, or `log:`. Every row of a batch
 * must have a slot of its dictionary.
 * @throws WindrowError USAGE for an unknown scheme, OUTPUT for an extension that names no form, a folder, or a place that
 *   cannot be written
 */
export function openSampleSink(uri: string, options: SinkOptions = {}): Promise<Sink<SampleBatch>> {
  return openSink(uri, forms, options);
}
