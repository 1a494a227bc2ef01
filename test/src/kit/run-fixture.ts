/** Runs a job over fixtures, in this process. */
import { MetricDictionary, type Source } from '@windrow/core';
import { SpillFolder, fileSource, readDefinitions } from '@windrow/io';
import { runBackfill, runStream, type BackfillOptions, type JobReport } from '@windrow/pipeline';
import { FolderModelStore, createScorer } from '@windrow/scoring';
import { CollectingPredictions } from './collecting-sink.ts';
import { fixture } from './fixtures.ts';

export interface FixtureRun {
  readonly report: JobReport;
  readonly predictions: CollectingPredictions;
}

export interface FixtureJob {
  /** A path or URI, or a source. */
  readonly source: string | Source;
  /** File under `definitions/`. */
  readonly definitions: string;
  /** Takes only the first so many definitions. */
  readonly first?: number;
}

async function withJob<T>(
  job: FixtureJob,
  run: (
    parts: Omit<BackfillOptions, 'range' | 'spill'>,
    predictions: CollectingPredictions,
  ) => Promise<T>,
): Promise<T> {
  const all = await readDefinitions(fixture(`definitions/${job.definitions}`));
  const definitions = all.definitions.slice(0, job.first);
  const nowMs = (): number => performance.now();
  const scorer = await createScorer(definitions, new FolderModelStore(fixture('models')), {
    nowMs,
  });
  const source = typeof job.source === 'string' ? fileSource(job.source) : job.source;
  const predictions = new CollectingPredictions();
  const dictionary = MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds));
  try {
    return await run(
      { source, scorer, dictionary, sinks: [predictions], deadLetters: null, nowMs },
      predictions,
    );
  } finally {
    await source.close();
    await scorer.close();
  }
}

export function backfillFixture(
  job: FixtureJob,
  options: Partial<Pick<BackfillOptions, 'range' | 'laterRowsMax' | 'aheadBytesMax'>> = {},
): Promise<FixtureRun> {
  return withJob(job, async (parts, predictions) => {
    const spill = new SpillFolder();
    try {
      const range = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };
      return { report: await runBackfill({ ...parts, range, ...options, spill }), predictions };
    } finally {
      await spill.close();
    }
  });
}

export function streamFixture(job: FixtureJob, outOfOrderMs: number): Promise<FixtureRun> {
  return withJob(job, async (parts, predictions) => ({
    report: await runStream({
      ...parts,
      outOfOrderMs,
      futureMs: () => Number.POSITIVE_INFINITY,
    }),
    predictions,
  }));
}
