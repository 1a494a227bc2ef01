/** DuckDB as a user would open it for this: one thread, a limit to its memory, the inputs of all lines as a table. */
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import type { Windows } from './peer-task.ts';

const MEMORY_LIMIT = '4GB';

export function openDuckdb(): Promise<DuckDBConnection> {
  return DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: MEMORY_LIMIT,
    preserve_insertion_order: 'false',
  }).then((instance) => instance.connect());
}

/** Text as SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Makes `inputs(metric_id, series, line, input)`; series counts the inputs of all lines. */
export async function createInputs(connection: DuckDBConnection, windows: Windows): Promise<void> {
  await connection.run(
    'CREATE TABLE inputs(metric_id VARCHAR, series INTEGER, line INTEGER, input INTEGER)',
  );
  const appender = await connection.createAppender('inputs');
  let series = 0;
  for (const [line, metricIds] of windows.inputs.entries()) {
    for (const [input, metricId] of metricIds.entries()) {
      appender.appendVarchar(metricId);
      for (const number of [series, line, input]) appender.appendInteger(number);
      series++;
      appender.endRow();
    }
  }
  appender.closeSync();
}

/** Seconds with samples in them, half-open; from the file's statistics. */
export async function readSpan(
  connection: DuckDBConnection,
  samples: string,
): Promise<{ fromS: number; untilS: number }> {
  const reader = await connection.runAndReadAll(
    `SELECT min(timestamp_ms), max(timestamp_ms) FROM read_parquet(${quoted(samples)})`,
  );
  const [[min, max] = []] = reader.getRows();
  return { fromS: Math.floor(Number(min) / 1000), untilS: Math.floor(Number(max) / 1000) + 1 };
}

/**
 * SQL for the cells of `[fromS, untilS)`: series, second since `fromS`, and the last value of that second.
 */
export function cellsSql(samples: string, fromS: number, untilS: number): string {
  return `SELECT series, (timestamp_ms // 1000 - ${fromS})::INTEGER AS second, arg_max(value, timestamp_ms) AS value
    FROM read_parquet(${quoted(samples)}) JOIN inputs USING (metric_id)
    WHERE timestamp_ms >= ${fromS * 1000} AND timestamp_ms < ${untilS * 1000} AND isfinite(value)
    GROUP BY 1, 2`;
}
