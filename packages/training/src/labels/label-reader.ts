/**
 * Rows of a table to labels. Columns: `line_id`, `timestamp_ms`, `value`, and optionally `known_ms` and `target`; every other
 * column is an attribute. A row that is no label is refused with its reason and never ends the reading.
 */
import { TIMESTAMP_MS_MAX, WindrowError, canonicalMetricId, found, parseTime } from '@windrow/core';
import type { Label, LabelTable } from './label.ts';
import { readTable, type TableRow } from './read-table.ts';

/** The columns of a label, by the names that the rules use. */
export const LABEL_COLUMNS = ['line_id', 'timestamp_ms', 'value', 'known_ms', 'target'] as const;
export type LabelColumn = (typeof LABEL_COLUMNS)[number];
const REQUIRED: ReadonlySet<LabelColumn> = new Set(['line_id', 'timestamp_ms', 'value']);

/** The target of labels whose table has no column for it. */
const TARGET_DEFAULT = 'value';
/** Columns that a dataset has beside the attributes. */
const DATASET_COLUMNS =
  /^(?:line_id|output_metric_id|window_start_ms|window_end_ms|timestamp_ms|known_ms|tensor|observed_share|split|target_.*)$/;
const REFUSALS_KEPT = 20;
const LABELS_MAX = 50_000_000;

/** Which column of the table is which of a label; those that are not named have their own name. */
export type LabelMapping = Partial<Readonly<Record<LabelColumn, string>>>;

/**
 * Reads a table of labels (CSV, NDJSON, Parquet, Arrow).
 * @throws WindrowError INPUT where it cannot be read, or has not the columns
 */
export async function readLabels(path: string, mapping: LabelMapping = {}): Promise<LabelTable> {
  const table = await readTable(path);
  const reader = new LabelReader(path, table.columns, mapping);
  for await (const row of table.rows) reader.take(row);
  return reader.table();
}

class LabelReader {
  readonly #path: string;
  readonly #names: Readonly<Record<LabelColumn, string>>;
  /** Columns of the table that are attributes. */
  readonly #attributes: readonly string[];
  readonly #labels: Label[] = [];
  readonly #refusals: string[] = [];
  #received = 0;
  #unreadable = 0;
  #invalid = 0;

  constructor(path: string, columns: readonly string[], mapping: LabelMapping) {
    this.#path = path;
    this.#names = {
      line_id: mapping.line_id ?? 'line_id',
      timestamp_ms: mapping.timestamp_ms ?? 'timestamp_ms',
      value: mapping.value ?? 'value',
      known_ms: mapping.known_ms ?? 'known_ms',
      target: mapping.target ?? 'target',
    };
    const wanted = LABEL_COLUMNS.filter(
      (name) => REQUIRED.has(name) || mapping[name] !== undefined,
    ).map((name) => this.#names[name]);
    const missing = wanted.filter((name) => !columns.includes(name));
    if (missing.length > 0) {
      throw new WindrowError(
        'INPUT',
        `${path}: found the columns ${columns.slice(0, 20).join(', ')}, expected ${missing.join(' and ')} too; --label-column timestamp_ms=made_at says that a column has another name`,
      );
    }
    const own = Object.values(this.#names);
    this.#attributes = columns.filter((name) => !own.includes(name));
  }

  take({ fields, row }: TableRow): void {
    this.#received++;
    if (this.#received > LABELS_MAX) {
      throw new WindrowError(
        'INPUT',
        `${this.#path}: found more than ${LABELS_MAX} rows, expected a table of labels that fits in memory`,
      );
    }
    const names = this.#names;
    const line = fields[names.line_id];
    const lineId = typeof line === 'string' ? canonicalMetricId(line.trim()) : null;
    if (lineId === null) {
      this.#refuse(row, names.line_id, line, 'the UUID of a line');
      return;
    }
    const timestampMs = timeOf(fields[names.timestamp_ms]);
    if (timestampMs === null || timestampMs === undefined) {
      this.#refuse(row, names.timestamp_ms, fields[names.timestamp_ms], 'a time');
      return;
    }
    const knownMs = timeOf(fields[names.known_ms]);
    if (knownMs === undefined) {
      this.#refuse(row, names.known_ms, fields[names.known_ms], 'a time, or nothing');
      return;
    }
    const value = numberOf(fields[names.value]);
    if (!Number.isFinite(value)) {
      this.#invalid++;
      return;
    }
    const attributes = this.#attributes.map((name) => textOf(fields[name]));
    const target = textOf(fields[names.target]) ?? TARGET_DEFAULT;
    this.#labels.push({ lineId, timestampMs, knownMs, target, value, attributes });
  }

  #refuse(row: number, column: string, value: unknown, expected: string): void {
    this.#unreadable++;
    if (this.#refusals.length >= REFUSALS_KEPT) return;
    const text = value instanceof Date ? 'a date' : found(value);
    this.#refusals.push(
      `${this.#path}, row ${row}: ${column}: found ${text}, expected ${expected}`,
    );
  }

  table(): LabelTable {
    return {
      labels: this.#labels,
      attributes: this.#attributes.map(attributeName),
      received: this.#received,
      unreadable: this.#unreadable,
      invalid: this.#invalid,
      refusals: this.#refusals,
    };
  }
}

/** An attribute that is called like a column of the dataset gets a name of its own. */
function attributeName(name: string): string {
  return DATASET_COLUMNS.test(name) ? `label_${name}` : name;
}

/** Integer ms of a field: a number, a date, digits or ISO 8601; null for an empty one, undefined for any other. */
function timeOf(field: unknown): number | null | undefined {
  if (field === null || field === undefined || field === '') return null;
  const ms =
    field instanceof Date
      ? field.getTime()
      : typeof field === 'bigint' || typeof field === 'number'
        ? Math.floor(Number(field))
        : typeof field === 'string'
          ? parsedTime(field)
          : Number.NaN;
  return Math.abs(ms) <= TIMESTAMP_MS_MAX ? ms + 0 : undefined;
}

function parsedTime(text: string): number {
  const trimmed = text.trim();
  if (/^[+-]?\d+(?:\.\d*)?(?:[eE]\d+)?$/.test(trimmed)) return Math.floor(Number(trimmed));
  try {
    return parseTime(trimmed, '');
  } catch {
    return Number.NaN;
  }
}

function numberOf(field: unknown): number {
  if (typeof field === 'number') return field;
  if (typeof field === 'bigint') return Number(field);
  return typeof field === 'string' && field.trim() !== '' ? Number(field) : Number.NaN;
}

function textOf(field: unknown): string | null {
  if (field === null || field === undefined || field === '') return null;
  if (typeof field === 'string') return field;
  if (field instanceof Date) return field.toISOString();
  if (typeof field === 'number' || typeof field === 'bigint' || typeof field === 'boolean') {
    return String(field);
  }
  return JSON.stringify(field);
}
