/** ClickHouse as a source of samples: over HTTP, or embedded (chdb). */
export { chdbSource } from './chdb-source.ts';
export { clickhouseSource, type ClickHouseOptions } from './clickhouse-source.ts';
export type { TableSnapshot, TableSource } from './table-source.ts';
