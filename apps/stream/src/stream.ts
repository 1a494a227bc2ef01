/** windrow-stream: wires the rooms together. */
import { WindrowError, type Sink } from '@windrow/core';
import type { CommandContext } from '@windrow/cli';
import { runJob } from '@windrow/job-command';
import {
  FiniteSink,
  createLiveJob,
  finiteSource,
  timerClock,
  type JobOptions,
  type JobReport,
} from '@windrow/pipeline';
import { ModelScorer } from '@windrow/scoring';
import { spec, type options as commandOptions } from './command.ts';

export async function stream({
  options,
  terminal,
  signal,
}: CommandContext<typeof commandOptions>): Promise<void> {
  if (options.sink.length === 0) {
    throw new WindrowError('USAGE', '--sink: found nothing, expected where predictions go');
  }
  await runJob(
    {
      command: spec.name,
      parts: {
        definitions: options.definitions,
        models: options.models,
        workers: options.workers,
        source: options.source,
        sinks: options.sink,
        deadLetters: options.deadLetter,
      },
      asked: {
        definitions_file: options.definitions,
        models: options.models,
        source: options.source,
        out_of_order_s: options.outOfOrder,
        max_future_s: options.maxFuture,
      },
      summaryFile: options.summaryFile,
      progress: options.progress,
      signal,
      log: process.stdout,
      peakMemoryBytes: () => process.resourceUsage().maxRSS * 1024,
    },
    terminal,
    ({ common }) => runLive(common, options, terminal),
  );
}

/** The live job over a source that ends; who opened source and sinks closes them. */
async function runLive(
  { source, scorer, dictionary, sinks, deadLetters, nowMs, signal, onProgress }: JobOptions,
  options: CommandContext<typeof commandOptions>['options'],
  terminal: CommandContext<typeof commandOptions>['terminal'],
): Promise<JobReport> {
  if (!(scorer instanceof ModelScorer)) throw new Error('the scorer is that of models');
  const job = createLiveJob({
    sources: [finiteSource(source)],
    sinks: sinks.map((sink) => new FiniteSink(uncommitted(sink))),
    deadLetters: deadLetters === null ? null : new FiniteSink(uncommitted(deadLetters)),
    scorer,
    dictionary,
    checkpoint: null,
    outOfOrderMs: Math.round(options.outOfOrder * 1000),
    idleAfterMs: null,
    maxFutureMs: options.maxFuture * 1000,
    clock: timerClock({ wallMs: () => terminal.nowMs(), nowMs }),
  });
  const onAbort = (): void => job.stop(0);
  signal?.addEventListener('abort', onAbort);
  const telling = setInterval(() => {
    const { samples, predictions, lines } = job.status();
    const watermarkMs = Math.min(...lines.map((line) => line.watermarkMs ?? -Infinity));
    const progress = { samplesTotal: null, sizeBytes: 0, sizeBytesTotal: 0, watermarkMs };
    onProgress?.({ ...progress, samples: samples.received, predictions: predictions.made });
  }, 200);
  try {
    const report = await job.run();
    signal?.throwIfAborted();
    return report;
  } finally {
    clearInterval(telling);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A sink that is shown or taken back by who opened it. */
function uncommitted<T>(sink: Sink<T>): Sink<T> {
  return { uri: sink.uri, write: (batch) => sink.write(batch), commit: nothing, abort: nothing };
}

function nothing(): Promise<void> {
  return Promise.resolve();
}
