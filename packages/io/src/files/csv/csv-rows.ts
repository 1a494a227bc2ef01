/** The records of a CSV stream, in chunks of what is read; physical line numbers; records that cannot be parsed. */
import { parse, type CsvError, type Info, type Parser } from 'csv-parse';
import { Damage } from '../internal/damage.ts';

/** Longer records are taken for a quote that was never closed. */
const RECORD_BYTES_MAX = 1 << 20;
/** Errors after which the parser finds no further record. */
const LOST: ReadonlySet<string> = new Set(['CSV_MAX_RECORD_SIZE', 'CSV_QUOTE_NOT_CLOSED']);

export interface CsvHandlers {
  /** A record and the physical line on which it ends (1-based). Empty lines give none. */
  readonly record: (fields: readonly string[], line: number) => void;
  /** A record that is no CSV, such as a quote within an unquoted field. */
  readonly broken: (reason: string, line: number) => void;
}

export class CsvRows {
  readonly #parser: Parser;
  /** Why nothing after the last record can be told apart. */
  #lost: string | null = null;

  constructor(handlers: CsvHandlers) {
    this.#parser = parse({
      bom: true,
      // All of them, for the library would take the first one it meets for the only one.
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: RECORD_BYTES_MAX,
      skip_records_with_error: true,
      on_record: (fields: string[], info: Info) => {
        handlers.record(fields, info.lines);
        return null;
      },
      on_skip: (error: CsvError | undefined) => {
        if (error !== undefined && LOST.has(error.code)) {
          this.#lost ??= `a quote that is never closed, or a record of more than ${RECORD_BYTES_MAX} characters`;
        } else {
          handlers.broken(error?.message ?? 'no CSV', Number(error?.['lines'] ?? 0));
        }
      },
    });
    // What stops the parser is also given to the callback of `write` or `end`.
    this.#parser.on('error', () => undefined);
    this.#parser.resume();
  }

  /** Parses a chunk; every record that ends in it is handled before this resolves. Throws Damage. */
  async write(chunk: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#parser.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
    this.#checkLost();
  }

  /** Parses what is left. Throws Damage. */
  async end(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#parser.once('end', resolve).once('error', reject).end();
    });
    this.#checkLost();
  }

  #checkLost(): void {
    if (this.#lost !== null) throw new Damage(this.#lost);
  }
}
