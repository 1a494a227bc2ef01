/** BigQuery as a source (Storage Read API, Arrow) and a sink (Storage Write API). */
export { bigQueryEndpoints, type BigQueryEndpoints, type ConnectionOptions } from './connection.ts';
export { estimateBigQuery, type BigQueryEstimate } from './source/estimate.ts';
export type { RetryOptions } from './internal/retry.ts';
export {
  bigQuerySource,
  type BigQuerySourceOptions,
  type BigQuerySplit,
} from './source/bigquery-source.ts';
export {
  openBigQueryPredictions,
  type BigQueryPredictionOptions,
} from './sink/bigquery-predictions.ts';
