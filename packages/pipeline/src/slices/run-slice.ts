/** One slice from its samples to its files in the work folder; the record is for who asked. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { MetricDictionary, ModelIdentity, Scorer, Source, SourceSplit } from '@windrow/core';
import { openDeadLetterSink } from '@windrow/io';
import { runBackfill } from '../backfill-job.ts';
import type { JobProgress } from '../job.ts';
import type { SpillSpace } from '../later-samples.ts';
import { LinesScorer } from './lines-scorer.ts';
import { SliceSink } from './slice-file.ts';
import { recordOf, type SliceRecord } from './slice-record.ts';
import type { Slice } from './slice.ts';
import { homeRange } from './slices-of.ts';
import type { EndRange } from '@windrow/windowing';

/** What runs slices, one after the other: a thread. */
export interface SliceBench {
  readonly source: Source;
  readonly scorer: Scorer;
  readonly dictionary: MetricDictionary;
  /** Of all slices together. */
  readonly range: EndRange;
  readonly strict: boolean;
  readonly spill: SpillSpace;
  readonly nowMs: () => number;
}

/** Where a slice's files go. */
export interface SliceFiles {
  readonly predictions: string;
  /** null: rows that are set aside are counted only. */
  readonly letters: string | null;
}

export async function runSlice(
  slice: Slice,
  bench: SliceBench,
  files: SliceFiles,
  onProgress: (progress: JobProgress) => void,
): Promise<SliceRecord> {
  const { source, scorer, dictionary, strict, spill, nowMs } = bench;
  const own = slice.targets === null ? scorer : new LinesScorer(scorer, slice.targets);
  const models = scorer.targets.map((target): ModelIdentity => target.model);
  const sink = await SliceSink.create(files.predictions, slice.targets, models);
  const letters = files.letters === null ? null : await openDeadLetterSink(files.letters);
  try {
    const report = await runBackfill({
      source,
      scorer: own,
      dictionary,
      sinks: [sink],
      deadLetters: letters,
      range: slice.range,
      strict,
      spill,
      nowMs,
      onProgress,
      part: {
        splits: slice.splits?.map(({ split }) => split) ?? null,
        toldElsewhere: toldElsewhere(slice),
        homeRange: homeRange(slice, bench.range),
      },
    });
    await sink.commit();
    await letters?.commit();
    return recordOf(slice.index, report, {
      file: sink.seal,
      letters: files.letters === null ? null : await sealOf(files.letters),
    });
  } finally {
    await sink.abort();
    await letters?.abort();
  }
}

function toldElsewhere({ splits }: Slice): ReadonlySet<SourceSplit> {
  const others = (splits ?? []).filter(({ isFirst }) => !isFirst);
  return new Set(others.map(({ split }) => split));
}

async function sealOf(path: string): Promise<{ sizeBytes: number; sha256: string }> {
  const bytes = await readFile(path);
  return { sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
