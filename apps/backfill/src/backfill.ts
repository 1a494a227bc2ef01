/** windrow-backfill: wires the rooms together. */
import { WindrowError, messageOf } from '@windrow/core';
import { createProgress, type CommandContext } from '@windrow/cli';
import { SpillFolder } from '@windrow/io';
import { OpenJob, runBackfill, type JobProgress, type JobReport } from '@windrow/pipeline';
import { simSource } from '@windrow/simulator';
import type { options as commandOptions } from './command.ts';
import { printDryRun } from './dry-run.ts';
import { printSummary, summaryOf, writeSummary } from './summary.ts';

type Context = CommandContext<typeof commandOptions>;

export async function backfill(context: Context): Promise<void> {
  const { options, terminal } = context;
  const startMs = terminal.elapsedMs();
  checkArguments(options);
  try {
    const job = await OpenJob.open({
      definitions: options.definitions,
      models: options.models,
      source: options.source,
      sinks: options.dryRun ? [] : options.sink,
      deadLetters: options.dryRun ? null : options.deadLetter,
      factories: { sim: simSource },
      log: process.stdout,
      nowMs: () => terminal.elapsedMs(),
    });
    try {
      for (const note of job.scorer.notes) terminal.stderr.write(`note: ${note}\n`);
      const range = rangeOf(options);
      if (options.dryRun) {
        await printDryRun(job, range, terminal);
        return;
      }
      const report = await run(job, context);
      const elapsedMs = terminal.elapsedMs() - startMs;
      const summary = summaryOf({ options, job, report, elapsedMs });
      if (options.summaryFile !== null) await writeSummary(options.summaryFile, summary);
      await job.commit();
      printSummary(summary, terminal);
    } finally {
      await job.close();
    }
  } catch (error) {
    if (options.summaryFile !== null) {
      const elapsedMs = terminal.elapsedMs() - startMs;
      await writeSummary(options.summaryFile, { ok: false, error: messageOf(error), elapsedMs });
    }
    throw error;
  }
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
      `--end: found ${options.end}, expected a time after --start (${options.start})`,
    );
  }
}

function rangeOf(options: Context['options']): { afterMs: number; untilMs: number } {
  return {
    afterMs: options.start ?? Number.NEGATIVE_INFINITY,
    untilMs: options.end ?? Number.POSITIVE_INFINITY,
  };
}

async function run(job: OpenJob, context: Context): Promise<JobReport> {
  const { options, terminal, signal } = context;
  const progress = createProgress({ mode: options.progress, terminal });
  const spill = new SpillFolder();
  let started = false;
  const onProgress = ({ samples, samplesTotal }: JobProgress): void => {
    if (!started) progress.phase('backfill', samplesTotal, 'samples');
    started = true;
    progress.update(samples);
  };
  try {
    return await runBackfill({
      source: job.source,
      scorer: job.scorer,
      dictionary: job.dictionary,
      sinks: job.sinks,
      deadLetters: job.deadLetters,
      nowMs: () => terminal.elapsedMs(),
      signal,
      onProgress,
      range: rangeOf(options),
      spill,
      strict: options.strict,
    });
  } finally {
    progress.end();
    await spill.close();
  }
}
