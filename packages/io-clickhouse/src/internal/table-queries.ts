/**
 * The SQL that is sent for a table of samples. Pure.
 *
 * Times and ids are parameters, never text in the SQL. Conditions stand on bare columns, so that the primary key, partitions and
 * the statistics of Parquet files are used.
 */
import type { TimeRange } from '@windrow/core';
import type { IdColumn, TimeColumn } from './column-types.ts';

export interface Query {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A table and its columns as SQL. */
export interface TableShape {
  /** What stands behind FROM. */
  readonly from: string;
  readonly id: IdColumn;
  readonly time: TimeColumn;
  readonly value: string;
  readonly arrival: TimeColumn | null;
  readonly filter: string | null;
  readonly ordered: boolean;
}

/** Which rows: null means all of them. */
export interface Rows {
  readonly range: TimeRange | null;
  /** What `IdColumn.asked` asks for. */
  readonly ids: readonly string[] | null;
  /** `[fromMs, toMs)` of the column that splits are cut by, or its NULLs. */
  readonly slice: { readonly fromMs: number; readonly toMs: number } | 'null' | null;
}

/** The column that splits are cut by: in order of arrival, the arrival. */
function slicedBy(shape: TableShape): TimeColumn {
  return shape.ordered && shape.arrival !== null ? shape.arrival : shape.time;
}

/** What the columns of `samplesQuery` are called: names that hide no column of the table from its conditions. */
export const SENT_COLUMNS = { metricId: '__id', timestamp: '__ms', value: '__value' } as const;
export const SENT_ARRIVAL = '__arrival';

/**
 * The samples of some rows.
 * @param arrival is sent too
 */
export function samplesQuery(shape: TableShape, rows: Rows, arrival: TimeColumn | null): Query {
  const where = conditions(shape, rows);
  const sent = arrival === null ? '' : `, ${arrival.ms} AS ${SENT_ARRIVAL}`;
  const columns = `${shape.id.sent} AS __id, ${shape.time.ms} AS __ms, ${shape.value} AS __value${sent}`;
  // Ties are settled, so that the same query gives the same order again.
  const keys = [...(shape.arrival === null ? [] : [shape.arrival.ms]), '__ms', '__id', '__value'];
  const order = shape.ordered ? ` ORDER BY ${keys.join(', ')}` : '';
  const sql = `SELECT ${columns} FROM ${shape.from}${where.sql}${order} FORMAT ArrowStream`;
  return { sql, params: where.params };
}

/** Rows, least and greatest time of each slice of `sliceMs` that has any; NULL is a slice of its own. */
export function slicesQuery(
  shape: TableShape,
  rows: Rows,
  sliceMs: number,
  slicesMax: number,
): Query {
  const where = conditions(shape, rows);
  const inner = `SELECT ${shape.time.ms} AS __ms, ${slicedBy(shape).ms} AS __cut FROM ${shape.from}${where.sql}`;
  const slice = `intDiv(__cut - positiveModulo(__cut, ${sliceMs}), ${sliceMs})`;
  return {
    sql: `SELECT ${slice} AS k, count(), min(__ms), max(__ms) FROM (${inner}) GROUP BY k ORDER BY k LIMIT ${slicesMax + 1} FORMAT JSONCompact`,
    params: where.params,
  };
}

/** What ClickHouse expects to read for some rows: rows of `[database, table, parts, rows, marks]`, none where it cannot say. */
export function estimateQuery(shape: TableShape, rows: Rows): Query {
  const where = conditions(shape, rows);
  const columns = `${shape.id.sent}, ${shape.time.ms}, ${shape.value}`;
  return {
    sql: `EXPLAIN ESTIMATE SELECT ${columns} FROM ${shape.from}${where.sql} FORMAT JSONCompact`,
    params: where.params,
  };
}

/** The texts in the table that mean one of the ids. */
export function spellingsQuery(shape: TableShape, ids: readonly string[]): Query {
  return {
    sql: `SELECT DISTINCT toString(__id) FROM (SELECT ${shape.id.sent} AS __id FROM ${shape.from}) WHERE lower(toString(__id)) IN {ids:Array(String)} FORMAT JSONCompact`,
    params: { ids },
  };
}

/** Number of rows, and a hash of their ids, times and values that does not depend on their order. */
export function contentQuery(shape: TableShape, rows: Rows): Query {
  const where = conditions(shape, rows);
  const inner = `SELECT ${shape.id.bytes} AS __id, ${shape.time.ms} AS __ms, ${shape.value} AS __value FROM ${shape.from}${where.sql}`;
  return {
    sql: `SELECT count(), hex(sum(cityHash64(__id, __ms, __value))) FROM (${inner}) FORMAT JSONCompact`,
    params: where.params,
  };
}

function conditions(shape: TableShape, rows: Rows): Query {
  const { range, ids, slice } = rows;
  const parts: string[] = [];
  const params: Record<string, unknown> = {};
  if (shape.filter !== null) parts.push(`(${shape.filter})`);
  if (range !== null) {
    const within = between(shape.time, range.startMs, range.endMs, ['start', 'end'], params);
    // Rows without a time are set aside and told of: they must come.
    if (within !== null) {
      parts.push(shape.time.nullable ? `(${within} OR ${shape.time.ms} IS NULL)` : within);
    }
  }
  const cut = slicedBy(shape);
  if (slice === 'null') parts.push(`${cut.ms} IS NULL`);
  else if (slice !== null) {
    const within = between(cut, slice.fromMs, slice.toMs, ['from', 'to'], params);
    if (within !== null) parts.push(within);
    else if (cut.nullable) parts.push(`${cut.ms} IS NOT NULL`);
  }
  if (ids !== null) {
    parts.push(shape.id.asked);
    params['ids'] = ids;
  }
  return { sql: parts.length === 0 ? '' : ` WHERE ${parts.join(' AND ')}`, params };
}

/** Null where every time that the type can hold lies in `[startMs, endMs)`. */
function between(
  column: TimeColumn,
  startMs: number,
  endMs: number,
  [start, end]: readonly [start: string, end: string],
  params: Record<string, unknown>,
): string | null {
  const { minMs, maxMs } = column;
  const parts: string[] = [];
  if (startMs > minMs) {
    parts.push(column.compare('>=', start));
    params[start] = column.parameter(Math.min(startMs, maxMs));
  }
  if (endMs <= maxMs) {
    parts.push(column.compare('<', end));
    params[end] = column.parameter(Math.max(endMs, minMs));
  }
  return parts.length === 0 ? null : parts.join(' AND ');
}
