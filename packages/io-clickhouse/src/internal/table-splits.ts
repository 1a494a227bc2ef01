/** The splits of a table: slices of time, by one query that counts the rows of each; and whether rows lie by time at all. */
import { TIMESTAMP_MS_MAX, TIMESTAMP_MS_MIN, WindrowError, type SourceSplit } from '@windrow/core';
import { finerSlice, planSlices, type Slice, type SliceRun } from './plan-slices.ts';
import { liesBySeries, liesByTime, rowsToRead } from './row-order.ts';
import {
  estimateQuery,
  slicesQuery,
  type Query,
  type Rows,
  type TableShape,
} from './table-queries.ts';

/** What a split should have at least, where there is that much; where rows lie by time, at most, too. */
const SPLIT_ROWS = 1 << 20;
const SLICE_MS = 900_000;
const SLICES_MAX = 200_000;
/** A dictionary's index, a time, a value. */
const ROW_BYTES = 20;

/** A split of a table: plain data. */
export interface TableSplit extends SourceSplit {
  readonly slice: Rows['slice'];
}

export function isTableSplit(split: SourceSplit): split is TableSplit {
  return 'slice' in split;
}

export interface TableSplitsOptions {
  /** Gives the rows of a small result. */
  readonly ask: (query: Query) => Promise<unknown[][]>;
  readonly uri: string;
  /** Length of a split; null: by rows. */
  readonly sliceMs: number | null;
  /** Whether the rows that are counted are those that will be read. */
  readonly countsRows: boolean;
}

/** Lists the splits of some rows. @throws WindrowError USAGE where they are too many; INPUT */
export async function listSplits(
  options: TableSplitsOptions,
  shape: TableShape,
  rows: Rows,
): Promise<TableSplit[]> {
  const asked = options.sliceMs;
  let sliceMs = asked ?? SLICE_MS;
  let slices = await slicesOf(options, slicesQuery(shape, rows, sliceMs, SLICES_MAX));
  while (slices === null) {
    if (asked !== null) {
      throw new WindrowError(
        'USAGE',
        `${options.uri}: found more than ${SLICES_MAX} slices with rows, expected longer ones than slice= says`,
      );
    }
    sliceMs *= 8;
    slices = await slicesOf(options, slicesQuery(shape, rows, sliceMs, SLICES_MAX));
  }
  if (asked !== null) return splitsOf(options, planSlices(slices, 0), sliceMs);
  const shorterMs = await shorterSlice(options, shape, rows, { slices, sliceMs });
  const finer =
    shorterMs === null
      ? null
      : await slicesOf(options, slicesQuery(shape, rows, shorterMs, SLICES_MAX));
  return shorterMs === null || finer === null
    ? splitsOf(options, planSlices(slices, SPLIT_ROWS), sliceMs)
    : splitsOf(options, planSlices(finer, SPLIT_ROWS), shorterMs);
}

/** What is tried to find out how rows lie. */
export interface SeriesTrial {
  /** Of all metrics. */
  readonly splits: readonly TableSplit[];
  /** What a few of the metrics are asked for by. */
  readonly few: readonly string[];
  /** Their share of all metrics, 0 to 1. */
  readonly share: number;
}

/** Whether a few metrics over all the time cost clearly less for each row than a slice of time with all of them. */
export async function areBySeries(
  options: TableSplitsOptions,
  shape: TableShape,
  rows: Rows,
  { splits, few, share }: SeriesTrial,
): Promise<boolean> {
  const middle = splits[splits.length >> 1];
  if (middle === undefined || middle.slice === 'null') return false;
  const slice = await expectedReads(options, shape, { ...rows, slice: middle.slice });
  const series = await expectedReads(options, shape, { ...rows, ids: few });
  if (slice === null || series === null) return false;
  const count = splits.reduce((sum, { sizeBytes }) => sum + sizeBytes / ROW_BYTES, 0);
  return liesBySeries(
    { asked: middle.sizeBytes / ROW_BYTES, read: slice },
    { asked: count * share, read: series },
  );
}

/** Rows that ClickHouse expects to read; null where it cannot say. */
async function expectedReads(
  { ask }: TableSplitsOptions,
  shape: TableShape,
  rows: Rows,
): Promise<number | null> {
  return rowsToRead(await ask(estimateQuery(shape, rows)));
}

/** null: more than `SLICES_MAX`. */
async function slicesOf({ ask }: TableSplitsOptions, query: Query): Promise<Slice[] | null> {
  const found = await ask(query);
  return found.length > SLICES_MAX ? null : found.map(sliceOf);
}

/**
 * The length of slices that hold no more rows than a split should; null where they are short enough, and where shorter ones would
 * cost as much each, because the rows lie by metric.
 */
async function shorterSlice(
  options: TableSplitsOptions,
  shape: TableShape,
  rows: Rows,
  { slices, sliceMs }: { readonly slices: readonly Slice[]; readonly sliceMs: number },
): Promise<number | null> {
  const found = finerSlice(slices, sliceMs, { rowsMax: SPLIT_ROWS, slicesMax: SLICES_MAX });
  if (found === null) return null;
  const { shorterMs, largest } = found;
  const fromMs = largest.key * sliceMs;
  const part = { ...rows, slice: { fromMs, toMs: fromMs + shorterMs } };
  const read = await expectedReads(options, shape, part);
  const asked = (largest.rowCount * shorterMs) / sliceMs;
  return read === null || liesByTime({ asked, read }) ? shorterMs : null;
}

function splitsOf(
  { uri, countsRows }: TableSplitsOptions,
  runs: readonly SliceRun[],
  sliceMs: number,
): TableSplit[] {
  let lastMs = 0;
  return runs.map(({ keys, rowCount, minMs, maxMs }) => {
    // Rows without a time give no samples: any bounds are true, and these keep the order of reading.
    const [first, last] = [bounded(minMs ?? lastMs), bounded(maxMs ?? lastMs)];
    lastMs = last;
    return {
      sequence: 0,
      name: `${uri}, ${keys === null ? 'rows without a time' : spanName(keys, sliceMs)}`,
      sizeBytes: rowCount * ROW_BYTES,
      rowCount: countsRows && minMs !== null ? rowCount : null,
      minMs: first,
      maxMs: last,
      slice:
        keys === null ? 'null' : { fromMs: keys.first * sliceMs, toMs: (keys.last + 1) * sliceMs },
    };
  });
}

function sliceOf([key, rowCount, minMs, maxMs]: readonly unknown[]): Slice {
  return {
    key: numberOrNull(key),
    rowCount: Number(rowCount),
    minMs: numberOrNull(minMs),
    maxMs: numberOrNull(maxMs),
  };
}

/** Integers of 64 bits come as numbers or as text, by the server's settings. */
function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function bounded(ms: number): number {
  return Math.min(TIMESTAMP_MS_MAX, Math.max(TIMESTAMP_MS_MIN, ms));
}

function spanName(
  keys: { readonly first: number; readonly last: number },
  sliceMs: number,
): string {
  const from = bounded(keys.first * sliceMs);
  const to = bounded((keys.last + 1) * sliceMs);
  return `${new Date(from).toISOString()} to ${new Date(to).toISOString()}`;
}
