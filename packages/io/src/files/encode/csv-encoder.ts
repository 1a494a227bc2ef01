/** Tables as CSV (RFC 4180, but lines end in `\n`): a header, then a line a row. A null is an empty field. */
import type { Table, TableColumn } from '../../tables/table.ts';
import type { Encoder } from './encoder.ts';
import { numberText } from './number-text.ts';

export class CsvEncoder<Batch> implements Encoder<Batch> {
  readonly #table: Table<Batch>;
  #isStarted = false;

  constructor(table: Table<Batch>) {
    this.#table = table;
  }

  *encode(batch: Batch): Generator<Uint8Array> {
    yield* this.#header();
    const { columns, rowCount } = this.#table;
    const count = rowCount(batch);
    let text = '';
    for (let row = 0; row < count; row++) {
      for (const [index, column] of columns.entries()) {
        if (index > 0) text += ',';
        text += field(column, batch, row);
      }
      text += '\n';
    }
    if (count > 0) yield Buffer.from(text);
  }

  *end(): Generator<Uint8Array> {
    yield* this.#header();
  }

  *#header(): Generator<Uint8Array> {
    if (this.#isStarted) return;
    this.#isStarted = true;
    yield Buffer.from(`${this.#table.columns.map((column) => column.name).join(',')}\n`);
  }
}

function field<Batch>(column: TableColumn<Batch>, batch: Batch, row: number): string {
  if (column.type === 'text') {
    const text = column.read(batch, row) ?? '';
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
  const number = column.read(batch, row);
  return number === null ? '' : numberText(number);
}
