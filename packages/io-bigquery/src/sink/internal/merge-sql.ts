/** The statement that takes predictions from a staging table over into their table, each name once. Pure. */
import { formatTable, type TableName } from '../../bigquery-uri.ts';
import type { PredictionColumns } from './prediction-columns.ts';

/** Bounds of what was written, in ms, both inclusive. */
export interface TimeSpan {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The bounds in the condition let the partitions outside of them alone. */
export function mergeSql(
  target: TableName,
  staging: TableName,
  { columns, key, timestamp }: PredictionColumns,
  span: TimeSpan,
): string {
  const names = columns.map(({ field }) => `\`${field.name}\``);
  const keys = [key.metricId, key.windowEnd, key.revision];
  const bound = (ms: number): string => (timestamp.isMs ? String(ms) : `TIMESTAMP_MILLIS(${ms})`);
  const others = names.filter((name) => !keys.includes(name.slice(1, -1)));
  return [
    `MERGE \`${formatTable(target)}\` AS t`,
    `USING (SELECT * FROM \`${formatTable(staging)}\` WHERE TRUE`,
    `  QUALIFY ROW_NUMBER() OVER (PARTITION BY ${keys.map((name) => `\`${name}\``).join(', ')}) = 1) AS s`,
    `ON ${keys.map((name) => `t.\`${name}\` = s.\`${name}\``).join(' AND ')}`,
    `  AND t.\`${timestamp.name}\` BETWEEN ${bound(span.firstMs)} AND ${bound(span.lastMs)}`,
    `WHEN MATCHED THEN UPDATE SET ${others.map((name) => `${name} = s.${name}`).join(', ')}`,
    `WHEN NOT MATCHED THEN INSERT (${names.join(', ')})`,
    `  VALUES (${names.map((name) => `s.${name}`).join(', ')})`,
  ].join('\n');
}
