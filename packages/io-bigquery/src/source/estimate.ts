/** What reading would cost, before anything is read: for `--dry-run`. */
import type { TimeRange } from '@windrow/core';
import { SampleTable } from './internal/sample-table.ts';
import type { BigQuerySourceOptions } from './bigquery-source.ts';

export interface BigQueryEstimate {
  /** By the service's estimate; null for a query, which tells nothing of its result before it ran. */
  readonly rows: number | null;
  /** Of the table: bytes that would be scanned after columns, partitions and clusters were left out. Of a query: bytes charged. */
  readonly sizeBytes: number;
  /** Streams that would be read; null for a query. */
  readonly streams: number | null;
}

/**
 * Rows and bytes that `bigQuerySource(uri)` would read. A session is opened and not read, which is free of charge; a query is
 * estimated and not run.
 * @param ids the metrics that are asked for; null: all
 * @throws WindrowError USAGE, INPUT as the source does
 */
export async function estimateBigQuery(
  uri: string,
  range: TimeRange | null,
  ids: readonly string[] | null,
  options: Omit<BigQuerySourceOptions, 'metricIds'> = {},
): Promise<BigQueryEstimate> {
  const table = new SampleTable(uri, options);
  try {
    const sizeBytes = await table.queryBytes();
    if (sizeBytes !== null) return { rows: null, sizeBytes, streams: null };
    const { session } = await table.session(range, ids);
    return { rows: session.rows, sizeBytes: session.sizeBytes, streams: session.streams.length };
  } finally {
    await table.connection.close();
  }
}
