/** Rows of a table gathered as columns, for the forms that are written a block of rows at a time. */
import { WindrowError } from '@windrow/core';
import type { Table, TableColumn } from '../../tables/table.ts';

const WORD = 0x1_0000_0000;

export type GatheredColumn =
  | { readonly name: string; readonly type: 'text'; readonly values: readonly string[] }
  | { readonly name: string; readonly type: 'int64'; readonly values: BigInt64Array }
  | { readonly name: string; readonly type: 'float64'; readonly values: Float64Array };

/** Gives full blocks of rows whatever the batches are, so that the file does not depend on them. */
export class ColumnBuffer<Batch> {
  readonly #table: Table<Batch>;
  readonly #blockRows: number;
  readonly #columns: readonly Gathering<Batch>[];
  #length = 0;

  constructor(table: Table<Batch>, blockRows: number) {
    this.#table = table;
    this.#blockRows = blockRows;
    this.#columns = table.columns.map((column) => gathering(column, blockRows));
  }

  /** Adds the rows of a batch; yields each block that they fill, valid until the next one is asked for. */
  *add(batch: Batch): Generator<readonly GatheredColumn[]> {
    const count = this.#table.rowCount(batch);
    for (let row = 0; row < count;) {
      const take = Math.min(count - row, this.#blockRows - this.#length);
      for (const column of this.#columns) column.append(batch, row, take, this.#length);
      this.#length += take;
      row += take;
      if (this.#length === this.#blockRows) yield this.#take();
    }
  }

  /** The rows that fill no block, if there are any. */
  *rest(): Generator<readonly GatheredColumn[]> {
    if (this.#length > 0) yield this.#take();
  }

  #take(): GatheredColumn[] {
    const length = this.#length;
    this.#length = 0;
    return this.#columns.map((column) => column.taken(length));
  }
}

interface Gathering<Batch> {
  /** Reads rows `[row, row + count)` of the batch to place `at`. */
  append(batch: Batch, row: number, count: number, at: number): void;
  taken(length: number): GatheredColumn;
}

function gathering<Batch>(column: TableColumn<Batch>, rows: number): Gathering<Batch> {
  if (column.type === 'text') return gatherText(column, rows);
  return column.type === 'int64' ? gatherIntegers(column, rows) : gatherFloats(column, rows);
}

type ColumnOf<Batch, Type> = Extract<TableColumn<Batch>, { type: Type }>;

function gatherText<Batch>(column: ColumnOf<Batch, 'text'>, rows: number): Gathering<Batch> {
  const { name } = column;
  const values: string[] = Array.from({ length: rows }, () => '');
  return {
    append(batch, row, count, at) {
      for (let i = 0; i < count; i++) values[at + i] = present(column.read(batch, row + i), name);
    },
    taken: (length) => ({ name, type: 'text', values: values.slice(0, length) }),
  };
}

function gatherIntegers<Batch>(
  column: ColumnOf<Batch, 'int64' | 'float64'>,
  rows: number,
): Gathering<Batch> {
  const { name } = column;
  const values = new BigInt64Array(rows);
  // Halves of the integers: no BigInt a row.
  const words = new Uint32Array(values.buffer);
  return {
    append(batch, row, count, at) {
      for (let i = 0; i < count; i++) {
        const value = present(column.read(batch, row + i), name);
        const high = Math.floor(value / WORD);
        words[(at + i) * 2] = value - high * WORD;
        words[(at + i) * 2 + 1] = high;
      }
    },
    taken: (length) => ({ name, type: 'int64', values: values.subarray(0, length) }),
  };
}

function gatherFloats<Batch>(
  column: ColumnOf<Batch, 'int64' | 'float64'>,
  rows: number,
): Gathering<Batch> {
  const { name } = column;
  const values = new Float64Array(rows);
  return {
    append(batch, row, count, at) {
      for (let i = 0; i < count; i++) values[at + i] = present(column.read(batch, row + i), name);
    },
    taken: (length) => ({ name, type: 'float64', values: values.subarray(0, length) }),
  };
}

function present<Value>(value: Value | null, name: string): Value {
  if (value === null) {
    throw new WindrowError('OUTPUT', `column ${name} has a null, which this form does not write`);
  }
  return value;
}
