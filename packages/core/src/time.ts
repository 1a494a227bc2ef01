/** Points in time as users write them. */
import { WindrowError, found } from './errors.ts';
import { TIMESTAMP_MS_MAX } from './sample-batch.ts';

const ISO =
  /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/**
 * Integer milliseconds, or ISO 8601 (`2019-03-06`, `2019-03-06T13:20:00Z`, `2019-03-06T13:20+01:00`). A time without
 * a zone is UTC, as everything here is; digits finer than a millisecond are floored.
 * @throws WindrowError USAGE, naming `what`
 */
export function parseTime(text: string, what: string): number {
  const trimmed = text.trim();
  const ms = /^-?\d+$/.test(trimmed) ? Number(trimmed) : parseIso(trimmed);
  if (!Number.isSafeInteger(ms) || Math.abs(ms) > TIMESTAMP_MS_MAX) {
    throw new WindrowError(
      'USAGE',
      `${what}: found ${found(text)}, expected ISO 8601 (2019-03-06T13:20:00Z) or integer milliseconds since 1970`,
    );
  }
  return ms;
}

function parseIso(text: string): number {
  if (!ISO.test(text)) return Number.NaN;
  const normal = text
    .replace(' ', 'T')
    .replace(',', '.')
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/([+-]\d{2})(\d{2})$/, '$1:$2');
  const zoned =
    /(?:Z|[+-]\d{2}:\d{2})$/.test(normal) || !normal.includes('T') ? normal : `${normal}Z`;
  return Date.parse(zoned);
}

/** ISO 8601 with `Z`; the bare number where it is beyond what a Date can show. */
export function formatTime(ms: number): string {
  return Math.abs(ms) <= TIMESTAMP_MS_MAX ? new Date(ms).toISOString() : String(ms);
}
