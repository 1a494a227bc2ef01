/** Whether contenders say the same: the check before any timing. */
import { DuckDBInstance } from '@duckdb/node-api';
import { quoted } from './peers/duckdb-session.ts';

/** Two files of predictions, held against each other by (metric_id, timestamp_ms). */
export interface Agreement {
  readonly both: number;
  readonly onlyOurs: number;
  readonly onlyTheirs: number;
  /** Largest |ours - theirs| / max(|ours|, |theirs|). */
  readonly relativeMax: number;
}

/** Parquet files with metric_id, timestamp_ms and value. */
export async function comparePredictions(ours: string, theirs: string): Promise<Agreement> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(`
      SELECT count(*) FILTER (ours.value IS NOT NULL AND theirs.value IS NOT NULL)::INTEGER AS "both",
        count(*) FILTER (theirs.value IS NULL)::INTEGER AS only_ours,
        count(*) FILTER (ours.value IS NULL)::INTEGER AS only_theirs,
        coalesce(max(CASE WHEN ours.value = theirs.value THEN 0 ELSE
          abs(ours.value - theirs.value) / greatest(abs(ours.value), abs(theirs.value)) END), 0)::DOUBLE AS relative_max
      FROM read_parquet(${quoted(ours)}) AS ours
      FULL JOIN read_parquet(${quoted(theirs)}) AS theirs USING (metric_id, timestamp_ms)`);
    const [row = []] = reader.getRows();
    const [both = 0, onlyOurs = 0, onlyTheirs = 0, relativeMax = 0] = row.map(Number);
    return { both, onlyOurs, onlyTheirs, relativeMax };
  } finally {
    connection.closeSync();
  }
}
