/** All windows of a source, in any order of arrival: nothing is late. */
import type { DeadLetter, SampleCounts, Sink, Source } from '@windrow/core';
import type { JobProgress, SpillSpace } from '@windrow/pipeline';
import type { EndRange } from '@windrow/windowing';
import type { TensorForm } from '../tensor-form.ts';
import { WindowRecords } from './collected-windows.ts';
import { runPass } from './run-pass.ts';
import { WindowCollector, type CollectOptions, type RefusedFor } from './window-collector.ts';
import type { ExportedWindowCounts } from './window-counts.ts';

/** What every pass over the samples is given. */
export interface PassOptions {
  readonly source: Source;
  /** Window ends of interest. */
  readonly range: EndRange;
  readonly spill: SpillSpace;
  /** Takes the rows that are set aside; null: they are counted only. */
  readonly deadLetters: Sink<readonly DeadLetter[]> | null;
  /** A clock that never goes back, in ms. */
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: JobProgress) => void;
  /** Ends the run at the first row that is refused. */
  readonly strict: boolean;
}

/** The windows of one pass. */
export interface CollectedWindows {
  readonly records: WindowRecords;
  /** By definition. */
  readonly counts: readonly ExportedWindowCounts[];
  /** By definition: why wanted windows were not scored, if that was asked for. */
  readonly refused: readonly ReadonlyMap<number, RefusedFor>[];
  readonly samples: SampleCounts;
  /** The first rows that were set aside. */
  readonly deadLetters: readonly DeadLetter[];
}

export async function collectWindows(
  form: TensorForm,
  pass: PassOptions,
  keep: Omit<CollectOptions, 'range'>,
): Promise<CollectedWindows> {
  const records = new WindowRecords(form, await pass.spill.create());
  return { records, ...(await collectInto(records, form, pass, keep)) };
}

/** The same, behind the records that are there. */
export async function collectInto(
  records: WindowRecords,
  form: TensorForm,
  pass: PassOptions,
  keep: Omit<CollectOptions, 'range'>,
): Promise<Omit<CollectedWindows, 'records'>> {
  const collector = new WindowCollector(form, records, { ...keep, range: pass.range });
  const report = await runPass(pass, collector);
  collector.finish();
  return {
    counts: collector.counts,
    refused: collector.refused,
    samples: report.samples,
    deadLetters: report.deadLetters,
  };
}
