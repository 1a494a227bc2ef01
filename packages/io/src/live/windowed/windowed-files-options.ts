/** Where windowed files go and what they are: `files:DIR?interval=1h&format=parquet`. */
import { WindrowError, found } from '@windrow/core';
import { formatOfName, type NamedFormat } from '../../files/file-names.ts';
import { LiveUri } from '../live-uri.ts';

export interface WindowedFilesOptions {
  readonly uri: string;
  readonly folder: string;
  /** Length of the intervals, aligned to the epoch. */
  readonly intervalMs: number;
  /** Extension of the files, without the dot: `parquet`, `ndjson.gz`. */
  readonly extension: string;
  readonly format: NamedFormat;
  /** A file is finished when the newest window ends so much after its interval. */
  readonly graceMs: number;
  /** And when so much time went by without a prediction for it. */
  readonly idleMs: number;
  /** Rows of one file; what comes then goes to the interval's next one. */
  readonly rowsMax: number;
  /** Intervals that are written to at once; of more, the one that was written to least lately is finished. */
  readonly openMax: number;
  /** What `hold` does: `keep` leaves what is open to the next start, `finish` does nothing. */
  readonly atStop: 'keep' | 'finish';
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
const ROWS_MAX = 1_000_000;
const OPEN_MAX = 64;

/** @throws WindrowError USAGE for what the URI may not say */
export function windowedFilesOptions(text: string): WindowedFilesOptions {
  const uri = new LiveUri(text);
  const extension = uri.text('format') ?? 'parquet';
  const format = formatOfName(`x.${extension}`);
  if (format === null || format.format === 'records') {
    throw new WindrowError(
      'USAGE',
      `${text}: format: found ${found(extension)}, expected parquet, arrow, arrows, csv or ndjson (the last three perhaps with .gz or .zst)`,
    );
  }
  const intervalMs = uri.durationMs('interval', HOUR_MS, { min: 1000, max: 31 * DAY_MS });
  if (intervalMs % 1000 !== 0) {
    throw new WindrowError('USAGE', `${text}: interval: expected whole seconds`);
  }
  const options = {
    uri: text,
    folder: uri.path,
    intervalMs,
    extension,
    format,
    graceMs: uri.durationMs('grace', MINUTE_MS, { min: 0, max: 31 * DAY_MS }),
    idleMs: uri.durationMs('idle', MINUTE_MS, { min: 100, max: 31 * DAY_MS }),
    rowsMax: uri.count('max_rows', ROWS_MAX, { min: 1, max: 100_000_000 }),
    openMax: uri.count('max_open', OPEN_MAX, { min: 1, max: 1000 }),
    atStop: uri.choice('at_stop', ['keep', 'finish'], 'keep'),
  };
  uri.finish();
  if (options.folder === '') {
    throw new WindrowError('USAGE', `${text}: found no path, expected files:FOLDER`);
  }
  return options;
}

/** The start of the interval `(start, start + interval]` that a window's end lies in. */
export function intervalStart(windowEndMs: number, intervalMs: number): number {
  return Math.ceil(windowEndMs / intervalMs) * intervalMs - intervalMs;
}

/** `2026-11-22T10-00-00Z`: sorts by time, and stands in any file system. */
export function intervalName(startMs: number): string {
  return new Date(startMs).toISOString().replace('.000Z', 'Z').replaceAll(':', '-');
}

/** `2026-11-22T10-00-00Z` for the first file of an interval, `2026-11-22T10-00-00Z-r2` for the second. */
export function partName(startMs: number, number: number): string {
  const name = intervalName(startMs);
  return number === 1 ? name : `${name}-r${number}`;
}
