/** Predictions as rows that outlive their batch: what the journal of an interval holds, and what its file is made of. */
import { WindrowError, found, type PredictionBatch } from '@windrow/core';
import { predictionTable } from '../../tables/prediction-table.ts';
import type { Table, TableColumn } from '../../tables/table.ts';

/** A prediction by the names of its columns. */
export type PredictionRow = Readonly<Record<string, string | number>>;

/** The columns of `predictionTable`, read from rows: the files that both make are the same. */
export const predictionRowTable: Table<readonly PredictionRow[]> = {
  rowCount: (rows) => rows.length,
  columns: predictionTable.columns.map(({ name, type }): TableColumn<readonly PredictionRow[]> =>
    type === 'text'
      ? { name, type, read: (rows, row) => String(rows[row]![name]) }
      : { name, type, read: (rows, row) => Number(rows[row]![name]) },
  ),
};

/**
 * The rows in a piece of NDJSON.
 * @throws WindrowError FORMAT where a line is no prediction
 */
export function parseRows(text: string, path: string): PredictionRow[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const row = JSON.parse(line) as Record<string, unknown>;
      for (const { name, type } of predictionTable.columns) {
        if (typeof row[name] !== (type === 'text' ? 'string' : 'number')) {
          throw new WindrowError(
            'FORMAT',
            `${path}: ${name}: found ${found(row[name])}, expected a prediction's`,
          );
        }
      }
      return row as PredictionRow;
    });
}

/** Some rows of a batch, in that order, as a batch. */
export function someRows(batch: PredictionBatch, rows: readonly number[]): PredictionBatch {
  return {
    length: rows.length,
    definitions: batch.definitions,
    models: batch.models,
    definitionIndex: Int32Array.from(rows, (row) => batch.definitionIndex[row]!),
    modelIndex: Int32Array.from(rows, (row) => batch.modelIndex[row]!),
    windowEndsMs: Float64Array.from(rows, (row) => batch.windowEndsMs[row]!),
    values: Float64Array.from(rows, (row) => batch.values[row]!),
    revisions: Int32Array.from(rows, (row) => batch.revisions[row]!),
  };
}

/** Names of predictions that were seen. */
export class SeenNames {
  /** By metric: the window's end for revision 0, else end and revision as text. */
  readonly #byMetric: Map<string, Set<number | string>> = new Map();

  /** Whether this is the first of its name. */
  add({ metric_id: id, window_end_ms: end, revision }: PredictionRow): boolean {
    let names = this.#byMetric.get(String(id));
    if (names === undefined) {
      names = new Set();
      this.#byMetric.set(String(id), names);
    }
    const name = revision === 0 ? Number(end) : `${end} ${revision}`;
    if (names.has(name)) return false;
    names.add(name);
    return true;
  }
}
