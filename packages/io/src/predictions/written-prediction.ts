/** A prediction as it was written, as far as its name and value go. */
import { WindrowError, formatMetricId, found, parseMetricId } from '@windrow/core';

export interface WrittenPrediction {
  /** Canonical lower-case text. */
  readonly metricId: string;
  readonly windowEndMs: number;
  readonly value: number;
  readonly revision: number;
}

/** Columns that are read; `window_end_ms` may be missing where `timestamp_ms` says the same, `revision` where all are 0. */
export const PREDICTION_COLUMNS = [
  'metric_id',
  'timestamp_ms',
  'window_end_ms',
  'value',
  'revision',
] as const;

/**
 * A row as a prediction.
 * @param where file and row, for messages
 * @throws WindrowError FORMAT where it is none
 */
export function predictionOf(
  row: Readonly<Record<string, unknown>>,
  where: string,
): WrittenPrediction {
  const end = row['window_end_ms'] ?? row['timestamp_ms'];
  return {
    metricId: idOf(row['metric_id'], where),
    windowEndMs: integerOf(end, 'window_end_ms', where),
    value: numberOf(row['value'], 'value', where),
    revision: row['revision'] === undefined ? 0 : integerOf(row['revision'], 'revision', where),
  };
}

const ID_BYTES = 16;

function idOf(value: unknown, where: string): string {
  const bytes = new Uint8Array(ID_BYTES);
  if (typeof value === 'string' && parseMetricId(value, bytes, 0)) return formatMetricId(bytes, 0);
  throw noPrediction(where, 'metric_id', value, 'a UUID');
}

function numberOf(value: unknown, name: string, where: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.getTime();
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) throw noPrediction(where, name, value, 'a number');
  return number;
}

function integerOf(value: unknown, name: string, where: string): number {
  const number = numberOf(value, name, where);
  if (!Number.isSafeInteger(number)) throw noPrediction(where, name, value, 'a whole number');
  return number;
}

function noPrediction(where: string, name: string, value: unknown, expected: string): WindrowError {
  return new WindrowError(
    'FORMAT',
    `${where}: ${name}: found ${found(value)}, expected ${expected}, as a run writes predictions`,
  );
}
