/** What a URI says about a table of samples: which column is what, which rows count, and how they are cut and ordered. */
import { WindrowError, found } from '@windrow/core';

export interface TableMapping {
  /** Column with the metric id: UUID, String or FixedString(16). */
  readonly metricId: string;
  /** Column with the timestamp: DateTime64, DateTime, or an integer in milliseconds. */
  readonly timestamp: string;
  /** Column with the value: a number. */
  readonly value: string;
  /** Column with the time of arrival, of the types of `timestamp`; null: not known. */
  readonly arrival: string | null;
  /** SQL that is true for the rows to be read; null: all. It is the operator's own and is not checked. */
  readonly filter: string | null;
  /** Rows come in order of arrival (without such a column: of time), sorted by the server. */
  readonly ordered: boolean;
  /** Length of a split in ms; null: as long as some million rows take. */
  readonly sliceMs: number | null;
}

const KEYS = ['metric_id', 'timestamp', 'value', 'arrival', 'filter', 'order', 'slice'] as const;

/**
 * Takes the mapping out of a URI's parameters.
 * @param others the keys that belong to somebody else
 * @throws WindrowError USAGE for an unknown key, one that is there twice, or a value that makes no sense
 */
export function mappingOf(
  params: URLSearchParams,
  uri: string,
  others: readonly string[],
): TableMapping {
  const known = [...KEYS, ...others];
  const seen = new Set<string>();
  for (const key of params.keys()) {
    if (!known.includes(key)) {
      throw usage(uri, `found the parameter ${found(key)}, expected one of ${known.join(', ')}`);
    }
    if (seen.has(key)) throw usage(uri, `found the parameter ${key} twice, expected it once`);
    seen.add(key);
  }
  const slice = params.get('slice');
  return {
    metricId: params.get('metric_id') ?? 'metric_id',
    timestamp: params.get('timestamp') ?? 'timestamp_ms',
    value: params.get('value') ?? 'value',
    arrival: params.get('arrival'),
    filter: params.get('filter'),
    ordered: flagOf(params, 'order', uri),
    sliceMs: slice === null ? null : durationMs(slice, 'slice', uri),
  };
}

/** `1` or `0` (the default). @throws WindrowError USAGE */
export function flagOf(params: URLSearchParams, key: string, uri: string): boolean {
  const text = params.get(key) ?? '0';
  if (text !== '0' && text !== '1')
    throw usage(uri, `${key}: found ${found(text)}, expected 1 or 0`);
  return text === '1';
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90s`, `15m`, `1h`, `7d` in ms, more than zero. @throws WindrowError USAGE */
export function durationMs(text: string, key: string, uri: string): number {
  const [, count, unit] = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = unit === undefined ? 0 : Number(count) * UNITS_MS[unit]!;
  if (ms > 0) return ms;
  throw usage(uri, `${key}: found ${found(text)}, expected a duration such as 90s, 15m, 1h, 7d`);
}

function usage(uri: string, what: string): WindrowError {
  return new WindrowError('USAGE', `${uri}: ${what}`);
}
