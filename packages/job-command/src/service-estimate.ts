/** What a service says that reading would cost, before anything is read. */
import type { Terminal } from '@windrow/cli';
import type { TimeRange } from '@windrow/core';

export interface ServiceEstimate {
  /** null where the service does not say. */
  readonly rows: number | null;
  readonly sizeBytes: number;
}

/**
 * BigQuery's own estimate of a source; null for other sources, whose splits say what they hold.
 * @param range of samples
 * @param metricIds those that are asked for
 * @throws WindrowError as the source does
 */
export async function serviceEstimate(
  source: string,
  asked: { readonly range: TimeRange; readonly metricIds: readonly string[] },
  env: Terminal['env'],
): Promise<ServiceEstimate | null> {
  if (!/^bigquery(?:-query)?:/i.test(source)) return null;
  const { bigQueryEndpoints, estimateBigQuery } = await import('@windrow/io-bigquery');
  const endpoints = bigQueryEndpoints(env);
  return estimateBigQuery(source, asked.range, asked.metricIds, { endpoints });
}
