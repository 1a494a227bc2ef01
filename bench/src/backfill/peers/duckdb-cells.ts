/** The job in two halves: DuckDB SQL makes the cells, JavaScript by hand fills them and cuts the windows. */
import { chunksOf, doublesOf, integersOf } from './chunk-columns.ts';
import { DenseWindows, PIECE_S } from './dense-windows.ts';
import { cellsSql, createInputs, openDuckdb, readSpan } from './duckdb-session.ts';
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
  const sql = cellsSql(task.samples, dense.pieceS, dense.pieceS + PIECE_S);
  for await (const chunk of chunksOf(connection, sql)) {
    dense.setCells(integersOf(chunk, 0), integersOf(chunk, 1), doublesOf(chunk, 2));
  }
  await dense.score(scorer);
}
await scorer.finish(connection, task, windows);
