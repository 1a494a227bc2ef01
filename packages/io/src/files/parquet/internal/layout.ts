/** Which columns of a Parquet file make its samples: the long form, or the wide one. */
import { canonicalMetricId } from '@windrow/core';
import type { SchemaElement } from 'hyparquet/src/types.js';
import { Damage } from '../../internal/damage.ts';
import { doubledColumn } from '../../internal/doubled-column.ts';
import type { WideMapping } from '../../wide-mapping.ts';
import type { Footer } from './footer.ts';
import type { IdForm } from './id-decoder.ts';
import { timeKind, valueKind, type NumberKind } from './number-kind.ts';

/** A column of numbers. */
export interface NumberColumn {
  readonly name: string;
  readonly element: SchemaElement;
  readonly kind: NumberKind;
}

export interface LongLayout {
  readonly form: 'long';
  readonly id: { readonly name: string; readonly element: SchemaElement; readonly form: IdForm };
  readonly time: NumberColumn;
  readonly value: NumberColumn;
}

export interface WideLayout {
  readonly form: 'wide';
  readonly time: NumberColumn;
  /** One for each metric, in the order of the file. */
  readonly metrics: readonly (NumberColumn & { readonly metricId: string })[];
}

export type Layout = LongLayout | WideLayout;

const LISTED_MAX = 20;
const COLUMNS = ['metric_id', 'timestamp_ms', 'value'] as const;
const ID_TYPES = 'text or 16 bytes';
const TIME_TYPES = 'int64 (milliseconds) or a timestamp';
const VALUE_TYPES = 'double (or float, integer)';
const EXPECTED: ReadonlyMap<string, string> = new Map([
  ['metric_id', ID_TYPES],
  ['timestamp_ms', TIME_TYPES],
]);

/**
 * Finds the columns.
 * @param mapping which columns are metrics; null: those whose names are UUIDs, where there is no column metric_id
 * Throws Damage where required columns are missing, there twice, or of a type that is none of theirs.
 */
export function findLayout(footer: Footer, mapping: WideMapping | null): Layout {
  const { columns } = footer;
  const isLong = mapping === null && (columns.has('metric_id') || columns.has('value'));
  if (!isLong) {
    const wide = findWide(footer, mapping);
    if (wide !== null) return wide;
  }
  refuseUnfit(footer, COLUMNS);
  const missing = COLUMNS.filter((name) => !columns.has(name));
  if (missing.length > 0) {
    throw new Damage(
      `found the columns ${listed(columns.keys())}, expected metric_id, timestamp_ms and value ` +
        `(or timestamp_ms and a column for each metric); missing: ${missing.join(', ')}`,
    );
  }
  const id = columns.get('metric_id')!;
  return {
    form: 'long',
    id: { name: 'metric_id', element: id, form: idForm(id) },
    time: timeColumn(columns),
    value: valueColumn('value', columns.get('value')!),
  };
}

/**
 * The column with the time of arrival of a file in the long form. Throws Damage where there is none, or more than one.
 */
export function findArrival(footer: Footer, name: string): NumberColumn {
  refuseUnfit(footer, [name]);
  const element = footer.columns.get(name);
  const kind = element === undefined ? null : timeKind(element);
  if (element === undefined || kind === null) {
    throw new Damage(
      `column ${name}: found ${element === undefined ? 'none' : typeName(element)}, expected the time of arrival: ${TIME_TYPES}`,
    );
  }
  return { name, element, kind };
}

/** Throws Damage where a column that is asked for is there twice, or no plain column. */
function refuseUnfit({ names, columns }: Footer, asked: readonly string[]): void {
  const doubled = doubledColumn(names, asked);
  if (doubled !== null) throw new Damage(doubled);
  const all = new Set(names);
  for (const name of asked) {
    if (columns.has(name) || !all.has(name)) continue;
    throw new Damage(
      `column ${name}: found a nested or repeated one, expected ${EXPECTED.get(name) ?? VALUE_TYPES}`,
    );
  }
}

function findWide(footer: Footer, mapping: WideMapping | null): WideLayout | null {
  const { columns, names } = footer;
  const idOf = (name: string): string | null =>
    mapping === null ? canonicalMetricId(name) : (mapping.get(name) ?? null);
  const asked = names.filter((name) => idOf(name) !== null);
  if (asked.length === 0 && mapping === null) return null;
  refuseUnfit(footer, ['timestamp_ms', ...asked]);
  const metrics = asked.map((name) => {
    return { ...valueColumn(name, columns.get(name)!), metricId: idOf(name)! };
  });
  if (metrics.length === 0 || !columns.has('timestamp_ms')) {
    throw new Damage(
      `found the columns ${listed(columns.keys())}, expected timestamp_ms and at least one of the columns ` +
        `in the mapping (${listed(mapping?.keys() ?? [])})`,
    );
  }
  if (mapping === null) refuseDoubledIds(metrics);
  return { form: 'wide', time: timeColumn(columns), metrics };
}

/** Upper and lower case of a UUID are the same id. A mapping may give several columns to one metric: it says so. */
function refuseDoubledIds(metrics: WideLayout['metrics']): void {
  const names = new Map<string, string>();
  for (const { name, metricId } of metrics) {
    const other = names.get(metricId);
    if (other !== undefined) {
      throw new Damage(
        `columns ${other} and ${name}: found the same metric id twice, expected it once`,
      );
    }
    names.set(metricId, name);
  }
}

/** The first few names, for a message. */
function listed(names: Iterable<string>): string {
  const all = [...names];
  if (all.length === 0) return '(none)';
  const more = all.length > LISTED_MAX ? ` and ${all.length - LISTED_MAX} more` : '';
  return all.slice(0, LISTED_MAX).join(', ') + more;
}

function idForm(element: SchemaElement): IdForm {
  const isString = element.converted_type === 'UTF8' || element.logical_type?.type === 'STRING';
  if (element.type === 'BYTE_ARRAY') return { fixedLength: null, isText: isString };
  const fixedLength = element.type_length ?? 0;
  if (element.type === 'FIXED_LEN_BYTE_ARRAY' && (fixedLength === 16 || fixedLength === 36)) {
    return { fixedLength, isText: fixedLength === 36 };
  }
  throw new Damage(`column metric_id: found ${typeName(element)}, expected ${ID_TYPES}`);
}

function timeColumn(columns: ReadonlyMap<string, SchemaElement>): NumberColumn {
  const element = columns.get('timestamp_ms')!;
  const kind = timeKind(element);
  if (kind === null) {
    throw new Damage(`column timestamp_ms: found ${typeName(element)}, expected ${TIME_TYPES}`);
  }
  return { name: 'timestamp_ms', element, kind };
}

function valueColumn(name: string, element: SchemaElement): NumberColumn {
  const kind = valueKind(element);
  if (kind === null) {
    throw new Damage(`column ${name}: found ${typeName(element)}, expected ${VALUE_TYPES}`);
  }
  return { name, element, kind };
}

function typeName(element: SchemaElement): string {
  const logical = element.logical_type?.type ?? element.converted_type;
  const length = element.type === 'FIXED_LEN_BYTE_ARRAY' ? `(${element.type_length ?? '?'})` : '';
  const annotation = logical === undefined ? '' : ` (${logical})`;
  return `${String(element.type)}${length}${annotation}`;
}
