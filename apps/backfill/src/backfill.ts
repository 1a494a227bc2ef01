/** windrow-backfill: wires the rooms together. */
import { WindrowError, formatTime } from '@windrow/core';
import type { CommandContext } from '@windrow/cli';
import { openJob, runJob, type JobRequest } from '@windrow/job-command';
import { runBackfill } from '@windrow/pipeline';
import type { EndRange } from '@windrow/windowing';
import { spec, type options as commandOptions } from './command.ts';
import { printDryRun } from './dry-run.ts';
import { peakMemoryBytes } from './peak-memory.ts';

type Context = CommandContext<typeof commandOptions>;

export async function backfill({ options, terminal, signal }: Context): Promise<void> {
  checkArguments(options);
  const range = rangeOf(options);
  const request: JobRequest = {
    command: spec.name,
    parts: {
      definitions: options.definitions,
      models: options.models,
      workers: options.workers,
      source: options.source,
      sinks: options.dryRun ? [] : options.sink,
      deadLetters: options.dryRun ? null : options.deadLetter,
    },
    asked: {
      definitions_file: options.definitions,
      models: options.models,
      source: options.source,
      start_ms: options.start,
      end_ms: options.end,
    },
    summaryFile: options.summaryFile,
    progress: options.progress,
    signal,
    log: process.stdout,
    peakMemoryBytes,
  };
  if (options.dryRun) {
    const job = await openJob(request, terminal);
    try {
      await printDryRun(job, range, terminal);
    } finally {
      await job.close();
    }
    return;
  }
  await runJob(request, terminal, ({ common, spill }) =>
    runBackfill({ ...common, range, spill, strict: options.strict }),
  );
}

function checkArguments(options: Context['options']): void {
  if (options.sink.length === 0 && !options.dryRun) {
    throw new WindrowError(
      'USAGE',
      '--sink: found nothing, expected where predictions go (or --dry-run)',
    );
  }
  if (options.start !== null && options.end !== null && options.start >= options.end) {
    throw new WindrowError(
      'USAGE',
      `--end: found ${formatTime(options.end)}, expected a time after --start (${formatTime(options.start)})`,
    );
  }
}

function rangeOf(options: Context['options']): EndRange {
  return {
    afterMs: options.start ?? Number.NEGATIVE_INFINITY,
    untilMs: options.end ?? Number.POSITIVE_INFINITY,
  };
}
