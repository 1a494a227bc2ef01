/** Slices of an export, kept beside the dataset under a hidden name until it is complete. */
import { createHash } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { WindrowError, messageOf } from '@windrow/core';
import type { EndRange } from '@windrow/windowing';
import { slicesOf } from '../collect/collect-slices.ts';
import { SliceFolder } from '../collect/slice-folder.ts';
import type { TensorForm } from '../tensor-form.ts';
import { definitionJson } from './definition-json.ts';
import type { ExportRequest } from './export-request.ts';
import type { SourceSnapshot } from './source-snapshot.ts';

export interface KeptSlices {
  readonly folder: SliceFolder;
  readonly slices: readonly EndRange[];
}

const SLICES_MAX = 100_000;

/**
 * Opens the slices of an export, with those that the same export has left; null where it has none.
 * @throws WindrowError USAGE where the range has no ends, or slices do not go with what is asked for
 */
export async function openSlices(
  form: TensorForm,
  request: ExportRequest,
  snapshot: SourceSnapshot,
  labelsSha256: string | null,
): Promise<KeptSlices | null> {
  const { sliceMs, pass } = request;
  if (sliceMs === null) return null;
  if (request.asKnown !== null || pass.deadLetters !== null) {
    const other = request.asKnown === null ? '--dead-letter' : '--as-known';
    throw new WindrowError(
      'USAGE',
      `--slice: found ${other}, which is of the whole run; leave one of the two away`,
    );
  }
  const range = finiteRange(form, pass.range, snapshot);
  if ((range.untilMs - range.afterMs) / sliceMs > SLICES_MAX) {
    throw new WindrowError(
      'USAGE',
      `--slice: found ${sliceMs / 1000} s, which makes more than ${SLICES_MAX} slices; take longer ones`,
    );
  }
  const slices = slicesOf(range, sliceMs);
  const { examples, tool } = request;
  const job = [form.dtype, form.definitions.map(definitionJson), examples, tool.version];
  const of = [snapshot, labelsSha256, slices, pass.source.uri];
  const hash = createHash('sha256')
    .update(JSON.stringify([job, of]))
    .digest('hex');
  const whole = resolve(request.output.path);
  const path = join(dirname(whole), `.${basename(whole)}.slices`);
  return { folder: await SliceFolder.open(path, `${JSON.stringify({ sha256: hash })}\n`), slices };
}

/** Where an end is open, the source must say how far it reaches. */
function finiteRange(
  { definitions }: TensorForm,
  { afterMs, untilMs }: EndRange,
  { min_ms, max_ms }: SourceSnapshot,
): EndRange {
  const { windowMs } = definitions[0]!;
  const from = Number.isFinite(afterMs) ? afterMs : min_ms;
  const to = Number.isFinite(untilMs) ? untilMs : max_ms === null ? null : max_ms + windowMs;
  if (from === null || to === null) {
    throw new WindrowError(
      'USAGE',
      '--slice: the source does not say from when to when it reaches; give --start and --end',
    );
  }
  // A window that ends at the first sample does not hold it.
  return { afterMs: from, untilMs: to };
}

/** Runs what works on slices; where it fails, the message says what is kept. */
export async function goingOn<T>(slices: KeptSlices | null, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    await slices?.folder.close();
    if (slices === null || !(error instanceof WindrowError)) throw error;
    throw new WindrowError(
      error.code,
      `${messageOf(error)}; the slices that are done are kept in ${slices.folder.path}: the same command goes on from there`,
      { cause: error },
    );
  }
}
