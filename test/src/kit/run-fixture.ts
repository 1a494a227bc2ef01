/** Runs a job over fixtures, in this process. */
import {
  MetricDictionary,
  type LiveSink,
  type PredictionBatch,
  type Sink,
  type Source,
} from '@windrow/core';
import { SpillFolder, fileSource, readDefinitions } from '@windrow/io';
import {
  FiniteSink,
  createLiveJob,
  finiteSource,
  runBackfill,
  timerClock,
  type BackfillOptions,
  type CheckpointOptions,
  type JobReport,
} from '@windrow/pipeline';
import { FolderModelStore, createScorer, type ModelScorer } from '@windrow/scoring';
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
    parts: Omit<BackfillOptions, 'range' | 'spill' | 'scorer'> & { readonly scorer: ModelScorer },
    predictions: CollectingPredictions,
  ) => Promise<T>,
  workers: number = 0,
): Promise<T> {
  const all = await readDefinitions(fixture(`definitions/${job.definitions}`));
  const definitions = all.definitions.slice(0, job.first);
  const nowMs = (): number => performance.now();
  const scorer = await createScorer(definitions, new FolderModelStore(fixture('models')), {
    nowMs,
    workers,
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

export interface StreamOptions {
  /** Default: nothing is kept. */
  readonly checkpoint?: CheckpointOptions;
  /** Threads that score; default: none. */
  readonly workers?: number;
}

export function streamFixture(
  job: FixtureJob,
  outOfOrderMs: number,
  options: StreamOptions = {},
): Promise<FixtureRun> {
  return withJob(
    job,
    async ({ source, sinks, nowMs, ...parts }, predictions) => {
      const live = createLiveJob({
        ...parts,
        sources: [finiteSource(source)],
        sinks: sinks.map((sink) =>
          options.checkpoint === undefined ? new FiniteSink(sink) : durable(sink),
        ),
        deadLetters: null,
        checkpoint: options.checkpoint ?? null,
        outOfOrderMs,
        idleAfterMs: null,
        maxFutureMs: null,
        clock: timerClock({ wallMs: nowMs, nowMs }),
      });
      return { report: await live.run(), predictions };
    },
    options.workers,
  );
}

/** What was written is there: in memory. */
function durable(sink: Sink<PredictionBatch>): LiveSink<PredictionBatch> {
  return {
    uri: sink.uri,
    publish: (batch) => sink.write(batch),
    status: () => ({ uri: sink.uri, state: 'ready', error: null, counters: {} }),
    close: () => Promise.resolve(),
  };
}
