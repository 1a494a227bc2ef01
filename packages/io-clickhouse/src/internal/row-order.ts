/** Whether the rows of a table lie by metric or by time, told by what ClickHouse expects to read. Pure. */

/** Rows that are asked for, and those that have to be read for them. */
export interface Expected {
  readonly asked: number;
  readonly read: number;
}

/** Times as many rows that may be read as are asked for, before another way is looked for. */
const READ_MAX = 4;

/** The sum of an estimate's `rows`; null where ClickHouse cannot say, as of files. */
export function rowsToRead(estimate: readonly (readonly unknown[])[]): number | null {
  if (estimate.length === 0) return null;
  return estimate.reduce((sum, [, , , rows]) => sum + Number(rows), 0);
}

/** Whether a slice of time costs little more than its rows; also where that is not known. */
export function liesByTime({ asked, read }: Expected): boolean {
  return read <= READ_MAX * asked;
}

/**
 * Whether some metrics over all the time cost clearly less for each row than a slice of time does.
 * @param slice a slice of time with all metrics
 * @param series a few metrics over all the time
 */
export function liesBySeries(slice: Expected, series: Expected): boolean {
  if (liesByTime(slice) || series.asked === 0) return false;
  return (2 * series.read) / series.asked < slice.read / slice.asked;
}
