/** The columns of a table as SQL, by what the table itself says of their types. */
import { WindrowError } from '@windrow/core';
import type { TableMapping } from '../table-mapping.ts';
import {
  columnType,
  idColumn,
  timeColumn,
  valueExpression,
  type ColumnType,
  type TimeColumn,
} from './column-types.ts';
import type { Query, TableShape } from './table-queries.ts';

/** Asks for names and types: rows of `[name, type, ...]`. */
export function describeQuery(from: string): Query {
  return { sql: `DESCRIBE TABLE ${from} FORMAT JSONCompact`, params: {} };
}

const NAMES_MAX = 20;
const TIMES = 'DateTime64, DateTime, or an integer of 32 or 64 bits in milliseconds';

/** A table as it described itself. */
export class DescribedTable {
  readonly shape: TableShape;
  readonly #types: ReadonlyMap<string, string>;
  readonly #where: string;

  /**
   * @param described the rows of `describeQuery`
   * @param where names the table in messages
   * @throws WindrowError INPUT for a column that is missing, or of a type that is none of its own
   */
  constructor(
    from: string,
    mapping: TableMapping,
    described: readonly (readonly unknown[])[],
    where: string,
  ) {
    this.#types = new Map(described.map(([name, type]) => [String(name), String(type)]));
    this.#where = where;
    const { metricId, timestamp, value, arrival } = mapping;
    this.shape = {
      from,
      id: this.#column('metric_id', metricId, idColumn, 'UUID, String or FixedString(16)'),
      time: this.#column('timestamp', timestamp, timeColumn, TIMES),
      value: this.#column('value', value, valueExpression, 'a float, an integer or a decimal'),
      arrival: arrival === null ? null : this.arrival(arrival),
      filter: mapping.filter,
      ordered: mapping.ordered,
    };
  }

  /** A column with the time of arrival. @throws WindrowError INPUT as the constructor */
  arrival(name: string): TimeColumn {
    return this.#column('arrival', name, timeColumn, TIMES);
  }

  #column<Column>(
    key: string,
    name: string,
    make: (name: string, type: ColumnType) => Column | null,
    expected: string,
  ): Column {
    const type = this.#types.get(name);
    if (type === undefined) {
      const names = [...this.#types.keys()].slice(0, NAMES_MAX).join(', ');
      throw new WindrowError(
        'INPUT',
        `${this.#where}: found no column ${name} (there are ${names}), expected one; name it by ${key}=`,
      );
    }
    const made = make(name, columnType(type));
    if (made !== null) return made;
    throw new WindrowError(
      'INPUT',
      `${this.#where}: column ${name}: found ${type}, expected ${expected}; a view can convert it`,
    );
  }
}
