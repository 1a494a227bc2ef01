/**
 * The SQL that the service filters rows by, so that what is not needed is neither sent nor, where partitions and clusters allow
 * it, scanned. Pure.
 *
 *     `timestamp` >= TIMESTAMP '...' AND `timestamp` < TIMESTAMP '...' AND `metric_id` IN (...) AND (extra filter)
 *
 * Columns are compared bare, without a function around them: only so are partitions and clusters left out.
 */
import type { TimeRange } from '@windrow/core';
import type { SampleFields, TimeType } from './sample-fields.ts';

/** More ids than these are not sent along; then every id of the table is read, and sorted out here. */
export const PUSHED_IDS_MAX = 1000;
/** What TIMESTAMP and DATETIME can hold: the years 1 to 9999. */
const TIME_MIN_MS = Date.parse('0001-01-01T00:00:00Z');
const TIME_MAX_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export interface RestrictionParts {
  readonly range: TimeRange | null;
  /** Ids that are asked for, canonical text; null: all. */
  readonly ids: readonly string[] | null;
  readonly filter: string | null;
}

/** Empty where nothing is restricted. */
export function rowRestriction(fields: SampleFields, parts: RestrictionParts): string {
  const { names, idType, timeType } = fields;
  const { range, ids, filter } = parts;
  const time = quoted(names.timestamp);
  const terms: string[] = [];
  if (range !== null && range.startMs > leastMs(timeType)) {
    terms.push(`${time} >= ${timeLiteral(range.startMs, timeType)}`);
  }
  if (range !== null && range.endMs <= greatestMs(timeType)) {
    terms.push(`${time} < ${timeLiteral(range.endMs, timeType)}`);
  }
  if (ids !== null && ids.length <= PUSHED_IDS_MAX) {
    const literals = ids.flatMap((id) => (idType === 'BYTES' ? [idBytes(id)] : idTexts(id)));
    terms.push(`${quoted(names.metricId)} IN (${literals.join(', ')})`);
  }
  // A comment at the end of the filter ends with its line.
  if (filter !== null) terms.push(`(${filter}\n)`);
  return terms.join(' AND ');
}

function leastMs(type: TimeType): number {
  return type === 'INTEGER' ? Number.NEGATIVE_INFINITY : TIME_MIN_MS;
}

function greatestMs(type: TimeType): number {
  return type === 'INTEGER' ? Number.MAX_VALUE : TIME_MAX_MS;
}

function timeLiteral(ms: number, type: TimeType): string {
  if (type === 'INTEGER') return String(Math.ceil(ms));
  const text = new Date(Math.ceil(ms)).toISOString().replace('T', ' ').replace('Z', '');
  return type === 'TIMESTAMP' ? `TIMESTAMP '${text}+00'` : `DATETIME '${text}'`;
}

/** Both ways in which ids are written; a function such as LOWER would cost the clusters. */
function idTexts(id: string): string[] {
  const upper = id.toUpperCase();
  return upper === id ? [`'${id}'`] : [`'${id}'`, `'${upper}'`];
}

function idBytes(id: string): string {
  return `b'${id.replaceAll('-', '').replaceAll(/../g, String.raw`\x$&`)}'`;
}

function quoted(column: string): string {
  return `\`${column}\``;
}
