/** Which column of a wide file is which metric, from a mapping file: CSV with the columns `column,metric_id`, or JSON. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { WindrowError, canonicalMetricId, found, messageOf } from '@windrow/core';
import { doubledColumn } from './internal/doubled-column.ts';

/** Column name to metric id (canonical text). */
export type WideMapping = ReadonlyMap<string, string>;

/**
 * Reads a mapping file: JSON `{ "column": "metric id", ... }` where its name ends in `.json`, else CSV with a header that
 * has `column` and `metric_id`.
 * @throws WindrowError INPUT naming the file and the entry that is wrong
 */
export async function readWideMapping(path: string): Promise<WideMapping> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new WindrowError(
      'INPUT',
      `${path}: the mapping file cannot be read: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  const entries = path.endsWith('.json') ? jsonEntries(text, path) : csvEntries(text, path);
  const mapping = new Map<string, string>();
  for (const [column, id] of entries) {
    const metricId = typeof id === 'string' ? canonicalMetricId(id) : null;
    if (metricId === null) {
      throw new WindrowError(
        'INPUT',
        `${path}: column ${found(column)}: found ${found(id)}, expected the UUID of a metric`,
      );
    }
    if (mapping.has(column)) {
      throw new WindrowError(
        'INPUT',
        `${path}: column ${found(column)} is there twice, expected once`,
      );
    }
    mapping.set(column, metricId);
  }
  if (mapping.size === 0) {
    throw new WindrowError('INPUT', `${path}: found no entry, expected a column and its metric id`);
  }
  return mapping;
}

function jsonEntries(text: string, path: string): [string, unknown][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WindrowError('INPUT', `${path}: no JSON: ${messageOf(error)}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new WindrowError(
      'INPUT',
      `${path}: found ${found(value)}, expected an object from column to metric id`,
    );
  }
  return Object.entries(value);
}

function csvEntries(text: string, path: string): [string, unknown][] {
  let rows: string[][];
  try {
    rows = parse(text, { bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new WindrowError('INPUT', `${path}: no CSV: ${messageOf(error)}`, { cause: error });
  }
  const [header = [], ...body] = rows;
  const doubled = doubledColumn(header, ['column', 'metric_id']);
  if (doubled !== null) throw new WindrowError('INPUT', `${path}: ${doubled}`);
  const column = header.indexOf('column');
  const metricId = header.indexOf('metric_id');
  if (column < 0 || metricId < 0) {
    throw new WindrowError(
      'INPUT',
      `${path}: found the header ${header.join(',')}, expected the columns column and metric_id`,
    );
  }
  return body.map((row) => [row[column]!, row[metricId]!]);
}

/** `?` may stand in a glob, so only `?wide=` at the end is a parameter. */
export function splitWide(rest: string): [path: string, wide: string | null] {
  const at = rest.lastIndexOf('?wide=');
  return at < 0 ? [rest, null] : [rest.slice(0, at), rest.slice(at + '?wide='.length)];
}
