/** Which columns of a table make samples, checked against its schema before anything is read. Pure. */
import { WindrowError } from '@windrow/core';
import type { SampleColumnNames } from '@windrow/io';
import type { ReadParameters } from '../../bigquery-uri.ts';

/** A column as `tables.get` describes it. */
export interface TableField {
  readonly name?: string;
  readonly type?: string;
  readonly mode?: string;
}

/** How a bound of time is written for a column. */
export type TimeType = 'TIMESTAMP' | 'DATETIME' | 'INTEGER';

export interface SampleFields {
  readonly names: SampleColumnNames;
  readonly idType: 'STRING' | 'BYTES';
  readonly timeType: TimeType;
}

/** Standard SQL has other names for some types. */
const LEGACY_NAMES: Readonly<Record<string, string>> = { INT64: 'INTEGER', FLOAT64: 'FLOAT' };
const TIMESTAMP_DEFAULTS = ['timestamp_ms', 'timestamp'] as const;

/** @throws WindrowError INPUT naming the table, the column, what was found and what is expected */
export function sampleFields(
  table: string,
  columns: ReadParameters['columns'],
  fields: readonly TableField[],
): SampleFields {
  const find = (name: string): TableField | undefined =>
    fields.find((field) => field.name?.toLowerCase() === name.toLowerCase());
  const chosen =
    columns.timestamp ??
    TIMESTAMP_DEFAULTS.find((name) => find(name) !== undefined) ??
    TIMESTAMP_DEFAULTS[0];
  const check = <Type extends string>(
    parameter: string,
    name: string,
    expected: readonly Type[],
  ): readonly [string, Type] => {
    const field = find(name);
    if (field === undefined) {
      const names = fields.map((each) => each.name).slice(0, 20);
      throw new WindrowError(
        'INPUT',
        `${table}: found the columns ${names.join(', ')}, expected one called ${name}: say which it is with ?${parameter}=COLUMN`,
      );
    }
    const type = LEGACY_NAMES[field.type ?? ''] ?? field.type ?? 'nothing';
    const match = expected.find((each) => each === type);
    if (match === undefined || field.mode === 'REPEATED') {
      const mode = field.mode === 'REPEATED' ? 'REPEATED ' : '';
      throw new WindrowError(
        'INPUT',
        `${table}: column ${field.name}: found ${mode}${type}, expected ${expected.join(' or ')} for ?${parameter}=`,
      );
    }
    return [field.name ?? name, match];
  };
  const [metricId, idType] = check('metric_id', columns.metricId, ['STRING', 'BYTES']);
  const [timestamp, timeType] = check('timestamp', chosen, ['TIMESTAMP', 'DATETIME', 'INTEGER']);
  const [value] = check('value', columns.value, ['FLOAT', 'INTEGER', 'NUMERIC']);
  return { names: { metricId, timestamp, value }, idType, timeType };
}
