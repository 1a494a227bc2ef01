/** Tables as newline-delimited JSON: an object a line, its keys in the order of the columns. */
import type { Table, TableColumn } from '../../tables/table.ts';
import type { Encoder } from './encoder.ts';
import { jsonNumber } from './number-text.ts';

export class NdjsonEncoder<Batch> implements Encoder<Batch> {
  readonly #table: Table<Batch>;
  /** What stands before each value of a line. */
  readonly #keys: readonly string[];

  constructor(table: Table<Batch>) {
    this.#table = table;
    this.#keys = table.columns.map(
      (column, index) => `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`,
    );
  }

  *encode(batch: Batch): Generator<Uint8Array> {
    const { columns, rowCount } = this.#table;
    const count = rowCount(batch);
    let text = '';
    for (let row = 0; row < count; row++) {
      for (const [index, column] of columns.entries()) {
        text += this.#keys[index]! + jsonValue(column, batch, row);
      }
      text += '}\n';
    }
    if (count > 0) yield Buffer.from(text);
  }

  *end(): Generator<Uint8Array> {
    // Every line is complete by itself.
  }
}

function jsonValue<Batch>(column: TableColumn<Batch>, batch: Batch, row: number): string {
  if (column.type === 'text') return JSON.stringify(column.read(batch, row));
  const number = column.read(batch, row);
  return number === null ? 'null' : jsonNumber(number);
}
