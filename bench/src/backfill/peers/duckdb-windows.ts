/**
 * The job in DuckDB SQL: cells, fill and windows, down to a list of numbers for each window; scores by onnxruntime-node.
 * Of four ways to say it the least CPU on one piece of time, run once each: an observation stands until the next one (`lead`),
 * a series is one list, windows are slices of these lists. A grid of all seconds with `last_value(... IGNORE NULLS)` took a third
 * more; pieces twice as long took more than twice as long. An ASOF join was tried only up to the filled cells.
 */
import { chunksOf, doubleListsOf, integersOf } from './chunk-columns.ts';
import { cellsSql, createInputs, openDuckdb, readSpan } from './duckdb-session.ts';
import { readTask, readWindows } from './peer-task.ts';
import { WindowScorer } from './window-scorer.ts';

/** Seconds of window ends at a time. */
const PIECE_S = 1800;

const task = readTask();
const windows = readWindows(task);
const { sizeS, stepS, fillS } = windows;
const connection = await openDuckdb();
await createInputs(connection, windows);
const scorer = await WindowScorer.open(task.model, windows);
const { fromS, untilS } = await readSpan(connection, task.samples);
const firstS = Math.floor(fromS / stepS) * stepS;
for (let afterS = firstS; afterS < untilS + fillS; afterS += PIECE_S) {
  const startS = afterS - sizeS - fillS;
  for await (const chunk of chunksOf(connection, windowsSql(startS, afterS + PIECE_S))) {
    const lines = integersOf(chunk, 0);
    const ends = integersOf(chunk, 1);
    for (const [i, cells] of doubleListsOf(chunk, 2).entries()) {
      scorer.row.set(cells);
      await scorer.commit(lines[i]!, startS + ends[i]!);
    }
  }
}
await scorer.finish(connection, task, windows);

/** Line, end (seconds since `startS`) and cells, input by input, of the windows that lie in `[startS, endS]`. */
function windowsSql(startS: number, endS: number): string {
  const lengthS = endS - startS;
  const cellCount = sizeS * windows.inputs[0]!.length;
  return `
    WITH cells AS (${cellsSql(task.samples, startS, endS)}),
    spans AS (
      SELECT series, second, value, lead(second, 1, ${lengthS}) OVER (PARTITION BY series ORDER BY second) - second AS length
      FROM cells),
    lists AS (
      SELECT line, input, min(second) AS first, flatten(list(
        CASE WHEN length = 1 THEN [value]
        ELSE list_resize(list_transform(range(0, least(length, ${fillS + 1})), lambda i: value), length) END ORDER BY second)) AS cells
      FROM spans JOIN inputs USING (series) GROUP BY 1, 2),
    windows AS (
      SELECT line, window_end::INTEGER AS window_end,
        flatten(list(list_slice(cells, window_end - ${sizeS} - first + 1, window_end - first) ORDER BY input)) AS cells
      FROM lists, range(${sizeS + fillS + stepS}, ${lengthS + 1}, ${stepS}) AS ends(window_end)
      WHERE first <= window_end - ${sizeS} GROUP BY 1, 2)
    SELECT line, window_end, cells FROM windows WHERE list_aggregate(cells, 'count') = ${cellCount}`;
}
