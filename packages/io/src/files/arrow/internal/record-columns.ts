/** Which columns of an Arrow schema make samples, and how each is read. */
import { DataType, type Schema } from 'apache-arrow';
import { Damage } from '../../internal/damage.ts';
import { doubledColumn } from '../../internal/doubled-column.ts';
import { decimalReader } from './arrow-decimals.ts';
import { ArrowIds } from './arrow-ids.ts';
import { timeReader, valueReader, type NumberReader } from './arrow-numbers.ts';

/** What the three columns are called. */
export interface SampleColumnNames {
  readonly metricId: string;
  readonly timestamp: string;
  readonly value: string;
}

/** As files name them. */
export const LONG_FORM: SampleColumnNames = {
  metricId: 'metric_id',
  timestamp: 'timestamp_ms',
  value: 'value',
};

export interface RecordForm {
  readonly names: SampleColumnNames;
  /** Decimals are read as values; else they are refused. */
  readonly decimals: boolean;
  /** As `ReadOptions.arrivalColumn`. */
  readonly arrivalColumn?: string | undefined;
}

export interface RecordColumns {
  /** Of id, time, value. */
  readonly indices: readonly number[];
  readonly readTime: NumberReader;
  readonly readValue: NumberReader;
  /** The time of arrival, where it is asked for. */
  readonly arrival: { readonly index: number; readonly read: NumberReader } | null;
}

const LISTED_MAX = 20;

/** The columns that are asked for, and of which type each should be. */
export function expectedTypes(form: RecordForm): ReadonlyMap<string, string> {
  const { names, decimals, arrivalColumn } = form;
  const time = 'int64 (milliseconds) or a timestamp';
  const all: [string | undefined, string][] = [
    [arrivalColumn, `the time of arrival: ${time}`],
    [names.metricId, 'text or 16 bytes'],
    [names.timestamp, time],
    [names.value, `float64 (or float32, integer${decimals ? ', decimal of 128 bits' : ''})`],
  ];
  return new Map(all.flatMap(([name, type]) => (name === undefined ? [] : [[name, type]])));
}

/**
 * Throws Damage where a column that is asked for is missing, there twice, or of a type that is none of its own.
 * @param found names of all columns that were sent; the schema may lack those that nobody asks for
 */
export function findColumns(
  schema: Schema,
  found: readonly string[],
  form: RecordForm,
): RecordColumns {
  const expected = expectedTypes(form);
  const doubled = doubledColumn(found, expected.keys());
  if (doubled !== null) throw new Damage(doubled);
  const { metricId, timestamp, value: valueName } = form.names;
  const names = schema.fields.map((field) => field.name);
  const indices = [metricId, timestamp, valueName].map((name) => names.indexOf(name));
  const [id, time, value] = indices.map((index) => schema.fields[index]);
  if (id === undefined || time === undefined || value === undefined) {
    const some = found.slice(0, LISTED_MAX).join(', ');
    throw new Damage(
      `found the columns ${some}, expected ${metricId}, ${timestamp} and ${valueName}`,
    );
  }
  const unfit = ({ name, type }: (typeof schema.fields)[number]): Damage =>
    new Damage(`column ${name}: found ${String(type)}, expected ${expected.get(name)!}`);
  if (!ArrowIds.canRead(id.type)) throw unfit(id);
  const readTime = timeReader(time.type, time.name);
  if (readTime === null) throw unfit(time);
  const readDecimal =
    form.decimals && DataType.isDecimal(value.type) ? decimalReader(value.type, value.name) : null;
  const readValue = valueReader(value.type, value.name) ?? readDecimal;
  if (readValue === null) throw unfit(value);
  return { indices, readTime, readValue, arrival: findArrival(schema, form, expected) };
}

function findArrival(
  schema: Schema,
  { arrivalColumn: name }: RecordForm,
  expected: ReadonlyMap<string, string>,
): RecordColumns['arrival'] {
  if (name === undefined) return null;
  const index = schema.fields.findIndex((field) => field.name === name);
  const type = schema.fields[index]?.type;
  const read = type === undefined ? null : timeReader(type, name);
  if (read === null) {
    const what = type === undefined ? 'none' : String(type);
    throw new Damage(`column ${name}: found ${what}, expected ${expected.get(name)!}`);
  }
  return { index, read };
}
