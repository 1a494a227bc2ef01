/** The columns of a table as SQL, by what the table itself says of their types. */
import { WindrowError } from '@windrow/core';
import type { TableMapping } from '../table-mapping.ts';
import {
  columnType,
  idColumn,
  timeColumn,
  valueExpression,
  type TimeColumn,
} from './column-types.ts';
import type { Query, TableShape } from './table-queries.ts';

/** Asks for names and types: rows of `[name, type, ...]`. */
export function describeQuery(from: string): Query {
  return { sql: `DESCRIBE TABLE ${from} FORMAT JSONCompact`, params: {} };
}

const NAMES_MAX = 20;

/**
 * @param described the rows of `describeQuery`
 * @param where names the table in messages
 * @throws WindrowError INPUT for a column that is missing, or of a type that is none of its own
 */
export function tableShape(
  from: string,
  mapping: TableMapping,
  described: readonly (readonly unknown[])[],
  where: string,
): TableShape {
  const types = new Map(described.map(([name, type]) => [String(name), String(type)]));
  const column = <Column>(
    key: string,
    name: string,
    make: (name: string, type: ReturnType<typeof columnType>) => Column | null,
    expected: string,
  ): Column => {
    const type = types.get(name);
    if (type === undefined) {
      const names = [...types.keys()].slice(0, NAMES_MAX).join(', ');
      throw new WindrowError(
        'INPUT',
        `${where}: found no column ${name} (there are ${names}), expected one; name it by ${key}=`,
      );
    }
    const made = make(name, columnType(type));
    if (made !== null) return made;
    throw new WindrowError(
      'INPUT',
      `${where}: column ${name}: found ${type}, expected ${expected}; a view can convert it`,
    );
  };
  const time = (key: string, name: string): TimeColumn =>
    column(
      key,
      name,
      timeColumn,
      'DateTime64, DateTime, or an integer of 32 or 64 bits in milliseconds',
    );
  return {
    from,
    id: column('metric_id', mapping.metricId, idColumn, 'UUID, String or FixedString(16)'),
    time: time('timestamp', mapping.timestamp),
    value: column('value', mapping.value, valueExpression, 'a float, an integer or a decimal'),
    arrival: mapping.arrival === null ? null : time('arrival', mapping.arrival),
    filter: mapping.filter,
    ordered: mapping.ordered,
  };
}
