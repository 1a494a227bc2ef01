/** windrow-stream: wires the rooms together. */
import { WindrowError } from '@windrow/core';
import type { CommandContext } from '@windrow/cli';
import { runJob } from '@windrow/job-command';
import { runStream } from '@windrow/pipeline';
import { spec, type options as commandOptions } from './command.ts';

export async function stream({
  options,
  terminal,
  signal,
}: CommandContext<typeof commandOptions>): Promise<void> {
  if (options.sink.length === 0) {
    throw new WindrowError('USAGE', '--sink: found nothing, expected where predictions go');
  }
  const maxFutureMs = options.maxFuture * 1000;
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
    ({ common }) =>
      runStream({
        ...common,
        outOfOrderMs: Math.round(options.outOfOrder * 1000),
        futureMs: () => terminal.nowMs() + maxFutureMs,
      }),
  );
}
