/** The limit: the embedded ClickHouse writes the same samples, ordered by metric and time, as Parquet with zstd, and does no more. */
import { createClient } from '@clickhouse/client';
import { connectionTo } from '../../clickhouse/chdb-connection.ts';

const [, , folder, out] = process.argv;
const client = createClient({ connection: await connectionTo(folder!) });
await client.command({
  query: `INSERT INTO FUNCTION file('${out}', Parquet) SELECT metric_id, timestamp_ms, value FROM plant.samples ORDER BY metric_id, timestamp_ms SETTINGS output_format_parquet_compression_method = 'zstd', engine_file_truncate_on_insert = 1`,
});
await client.close();
