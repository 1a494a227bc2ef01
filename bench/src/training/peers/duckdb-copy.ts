/** The limit: DuckDB writes the same samples, ordered by metric and time, as Parquet with zstd, and does no more. */
import { openDuckdb, quoted } from '../../backfill/peers/duckdb-session.ts';

const [, , samples, out] = process.argv;
const connection = await openDuckdb();
await connection.run(
  `COPY (SELECT metric_id, timestamp_ms, value FROM read_parquet(${quoted(samples!)}) ORDER BY metric_id, timestamp_ms) TO ${quoted(out!)} (FORMAT parquet, COMPRESSION zstd)`,
);
