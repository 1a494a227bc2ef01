/** What the source of a dataset consists of: by what it says of itself without being read, and by its rows where it can tell. */
import { createHash } from 'node:crypto';
import { WindrowError, type SourceSplit, type TimeRange } from '@windrow/core';
import { neededRange } from '@windrow/windowing';
import type { PassOptions } from '../collect/collect-windows.ts';
import type { TensorForm } from '../tensor-form.ts';

/** As `dataset.json` has it. */
export interface SourceSnapshot {
  readonly splits: number;
  readonly size_bytes: number;
  /** null: the source does not say before it is read; so below. */
  readonly rows: number | null;
  readonly min_ms: number | null;
  readonly max_ms: number | null;
  /** Of what the source says of its splits: names, sizes, rows, times. */
  readonly sha256: string;
  /** Of the rows of the inputs; null where the source cannot tell. */
  readonly content: {
    readonly query: string;
    readonly rows: number;
    readonly hash: string;
  } | null;
}

export async function sourceSnapshot(form: TensorForm, pass: PassOptions): Promise<SourceSnapshot> {
  const splits = await pass.source.splits(neededBy(form, pass));
  const hash = createHash('sha256');
  for (const { name, sizeBytes, rowCount, minMs, maxMs } of splits) {
    hash.update(JSON.stringify([name, sizeBytes, rowCount, minMs, maxMs]));
  }
  return {
    splits: splits.length,
    size_bytes: splits.reduce((sum, split) => sum + split.sizeBytes, 0),
    rows: known(
      splits,
      ({ rowCount }) => rowCount,
      (all) => all.reduce((a, b) => a + b),
    ),
    min_ms: known(
      splits,
      ({ minMs }) => minMs,
      (all) => all.reduce((a, b) => Math.min(a, b)),
    ),
    max_ms: known(
      splits,
      ({ maxMs }) => maxMs,
      (all) => all.reduce((a, b) => Math.max(a, b)),
    ),
    sha256: hash.digest('hex'),
    content: await contentOf(form, pass),
  };
}

function neededBy(form: TensorForm, { range }: PassOptions): TimeRange | null {
  const targets = form.definitions.map((definition) => ({ definition, dtype: form.dtype }));
  return neededRange(targets, range);
}

async function contentOf(form: TensorForm, pass: PassOptions): Promise<SourceSnapshot['content']> {
  const metricIds = [...new Set(form.definitions.flatMap((d) => d.inputMetricIds))];
  const content = await pass.source.describe?.(neededBy(form, pass), metricIds);
  if (content === undefined) return null;
  return { query: content.query, rows: content.rowCount, hash: content.contentHash };
}

/** null where one split does not say, or there is none. */
function known(
  splits: readonly SourceSplit[],
  of: (split: SourceSplit) => number | null,
  combine: (all: readonly number[]) => number,
): number | null {
  const all = splits.map(of).filter((value) => value !== null);
  return all.length < splits.length || all.length === 0 ? null : combine(all);
}

/**
 * A dataset is of one state of its source. Where that tells its rows, they are all that is looked at again.
 * @throws WindrowError INPUT where the source is another after reading than before
 */
export async function refuseChange(
  before: SourceSnapshot,
  form: TensorForm,
  pass: PassOptions,
): Promise<void> {
  const content = before.content === null ? null : await contentOf(form, pass);
  const after = content === null ? await sourceSnapshot(form, pass) : { ...before, content };
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  const rows = (snapshot: SourceSnapshot): string =>
    String(snapshot.content?.rows ?? snapshot.rows ?? 'an unknown number of');
  throw new WindrowError(
    'INPUT',
    `${pass.source.uri}: changed while it was read: found ${rows(before)} rows before and ${rows(after)} after, expected one state; export a range that is complete (--end), or a copy`,
  );
}
