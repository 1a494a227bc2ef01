/**
 * The records of a CSV stream, in chunks of what is read; physical line numbers; records that cannot be parsed.
 *
 * As long as each record is a line of plain fields, lines are handed on as bytes. From the first one on that is not, csv-parse reads
 * the rest, which takes five times as long.
 */
import { parse, type CsvError, type Info, type Parser } from 'csv-parse';
import { Damage } from '../internal/damage.ts';
import { PlainLines, type PlainLine } from './plain-lines.ts';

/** Longer records are taken for a quote that was never closed. */
const RECORD_BYTES_MAX = 1 << 20;
/** Errors after which the parser finds no further record. */
const LOST: ReadonlySet<string> = new Set(['CSV_MAX_RECORD_SIZE', 'CSV_QUOTE_NOT_CLOSED']);

export interface CsvHandlers {
  /** A line that is not empty; false where it is more than a line of plain fields, and nothing was made of it. */
  readonly line: PlainLine;
  /** A record and the physical line on which it ends (1-based). Empty lines give none. */
  readonly record: (fields: readonly string[], line: number) => void;
  /** A record that is no CSV, such as a quote within an unquoted field. */
  readonly broken: (reason: string, line: number) => void;
}

export class CsvRows {
  readonly #handlers: CsvHandlers;
  readonly #plain: PlainLines;
  /** null as long as all lines are plain. */
  #parser: Parser | null = null;
  /** Why nothing after the last record can be told apart. */
  #lost: string | null = null;

  constructor(handlers: CsvHandlers) {
    this.#handlers = handlers;
    this.#plain = new PlainLines(handlers.line, RECORD_BYTES_MAX);
  }

  #start(): Parser {
    const linesBefore = this.#plain.count;
    const parser = parse({
      bom: linesBefore === 0,
      // All of them, for the library would take the first one it meets for the only one.
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: RECORD_BYTES_MAX,
      skip_records_with_error: true,
      on_record: (fields: string[], info: Info) => {
        this.#handlers.record(fields, linesBefore + info.lines);
        return null;
      },
      on_skip: (error: CsvError | undefined) => {
        if (error !== undefined && LOST.has(error.code)) {
          this.#lost ??= `a quote that is never closed, or a record of more than ${RECORD_BYTES_MAX} characters`;
        } else {
          const line = linesBefore + Number(error?.['lines'] ?? 0);
          // The message has a line of its own, counted from where the parser came in.
          const reason = (error?.message ?? 'no CSV').replace(/ at line \d+/, '');
          this.#handlers.broken(reason, line);
        }
      },
    });
    // What stops the parser is also given to the callback of `write` or `end`.
    parser.on('error', () => undefined);
    return parser.resume();
  }

  /** Takes a chunk; every record that ends in it is handled before this resolves. Throws Damage. */
  async write(chunk: Uint8Array): Promise<void> {
    const left = this.#parser === null ? this.#plain.write(chunk) : chunk;
    if (left !== null) await this.#parse(left);
  }

  async #parse(bytes: Uint8Array): Promise<void> {
    const parser = (this.#parser ??= this.#start());
    await new Promise<void>((resolve, reject) => {
      parser.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    this.#checkLost();
  }

  /** Takes what is left. Throws Damage. */
  async end(): Promise<void> {
    const left = this.#parser === null ? this.#plain.end() : null;
    if (left !== null) await this.#parse(left);
    const parser = this.#parser;
    if (parser === null) return;
    await new Promise<void>((resolve, reject) => {
      parser.once('end', resolve).once('error', reject).end();
    });
    this.#checkLost();
  }

  #checkLost(): void {
    if (this.#lost !== null) throw new Damage(this.#lost);
  }
}
