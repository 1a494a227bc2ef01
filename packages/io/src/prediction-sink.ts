/** Sinks of predictions by URI. */
import type { PredictionBatch, Sink } from '@windrow/core';
import { ArrowEncoder } from './files/encode/arrow-encoder.ts';
import { CsvEncoder } from './files/encode/csv-encoder.ts';
import { NdjsonEncoder } from './files/encode/ndjson-encoder.ts';
import { ParquetEncoder } from './files/encode/parquet-encoder.ts';
import { PredictionRecordEncoder } from './files/encode/record-encoder.ts';
import { KNOWN_EXTENSIONS } from './files/file-names.ts';
import { openSink, type SinkForms, type SinkOptions } from './open-sink.ts';
import { predictionTable } from './tables/prediction-table.ts';

/** Predictions are few and wide: small row groups keep what is held back small. */
const GROUP_ROWS = 4096;

const forms: SinkForms<PredictionBatch> = {
  what: 'predictions',
  extensions: KNOWN_EXTENSIONS,
  encoders: {
    parquet: () => new ParquetEncoder(predictionTable, GROUP_ROWS),
    arrow: () => new ArrowEncoder(predictionTable, 'file'),
    arrows: () => new ArrowEncoder(predictionTable, 'stream'),
    csv: () => new CsvEncoder(predictionTable),
    ndjson: () => new NdjsonEncoder(predictionTable),
    records: () => new PredictionRecordEncoder(),
  },
};

/**
 * Opens a sink of predictions: a file in the form that its extension names, or `log:`. The same predictions in the same
 * order give the same bytes, whatever batches they come in.
 * @throws WindrowError USAGE for an unknown scheme, OUTPUT for an extension that names no form, a folder, or a place that
 *   cannot be written
 */
export function openPredictionSink(
  uri: string,
  options: SinkOptions = {},
): Promise<Sink<PredictionBatch>> {
  return openSink(uri, forms, options);
}
