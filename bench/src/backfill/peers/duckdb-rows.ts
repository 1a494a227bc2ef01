/** The job with DuckDB as a reader: SQL turns ids into numbers, and cells, fill and windows are JavaScript by hand. */
import { chunksOf, doublesOf, integersOf } from './chunk-columns.ts';
import { DenseWindows, PIECE_S } from './dense-windows.ts';
import { createInputs, openDuckdb, quoted, readSpan } from './duckdb-session.ts';
import { readTask, readWindows } from './peer-task.ts';
import { WindowScorer } from './window-scorer.ts';

const task = readTask();
const windows = readWindows(task);
const connection = await openDuckdb();
await createInputs(connection, windows);
const scorer = await WindowScorer.open(task.model, windows);
const { fromS, untilS } = await readSpan(connection, task.samples);
const dense = new DenseWindows(windows, fromS);
while (dense.pieceS < untilS + windows.fillS) {
  const startMs = dense.pieceS * 1000;
  const sql = `SELECT series, (timestamp_ms - ${startMs})::INTEGER, value
    FROM read_parquet(${quoted(task.samples)}) JOIN inputs USING (metric_id)
    WHERE timestamp_ms >= ${startMs} AND timestamp_ms < ${startMs + PIECE_S * 1000} AND isfinite(value)`;
  for await (const chunk of chunksOf(connection, sql)) {
    dense.putSamples(integersOf(chunk, 0), integersOf(chunk, 1), doublesOf(chunk, 2));
  }
  await dense.score(scorer);
}
await scorer.finish(connection, task, windows);
