/** What a sliced backfill says to a person. */
import { formatBytes, formatCount, formatShare, formatSi } from '@windrow/cli';
import { readBySlices, type Slice } from '@windrow/pipeline';

/** The estimate, before anything is read. */
export function planLine(plan: {
  readonly slices: readonly Slice[];
  readonly doneBefore: number;
  readonly workers: number;
  readonly folder: string;
}): string {
  const { slices, doneBefore, workers, folder } = plan;
  const { rows, sizeBytes } = readBySlices(slices);
  const samples = rows === null ? 'samples' : `${formatSi(rows)} samples`;
  const at = workers === 1 ? 'one after the other' : `${workers} at a time`;
  const done = doneBefore === 0 ? '' : `, ${formatCount(doneBefore)} of which are done`;
  return `plan         ${samples}, ${formatBytes(sizeBytes)}, in ${formatCount(slices.length)} slices${done}, ${at}; finished ones are kept in ${folder}`;
}

/** The line of the summary. */
export function slicesLine(summary: {
  readonly slices: number;
  readonly doneBefore: number;
  readonly workers: number;
  readonly repeated: number;
  readonly received: number;
}): string {
  const { slices, doneBefore, workers, repeated, received } = summary;
  const before = doneBefore === 0 ? '' : `, ${formatCount(doneBefore)} of them by an earlier run`;
  const share = received === 0 ? 0 : repeated / received;
  return `slices       ${formatCount(slices)}${before}, ${formatCount(workers)} at a time; ${formatCount(repeated)} samples (${formatShare(share)}) were read for two of them`;
}

/** Finished tenths of the whole. */
export function tenths(done: number, total: number): number {
  return total === 0 ? 10 : Math.floor((done * 10) / total);
}
