/** The end of a run, for people and for machines. */
import { messageOf } from '@windrow/core';
import { printSummary, writeSummary, type Summary } from '@windrow/job-command';
import type { LiveReport } from '@windrow/pipeline';
import type { ModelScorer } from '@windrow/scoring';
import type { Terminal } from '@windrow/cli';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../log/logger.ts';

export const COMMAND = 'windrow-stream';

export interface Ending {
  readonly settings: Settings;
  readonly terminal: Terminal;
  readonly logger: Logger;
  readonly startMs: number;
}

export async function tellSummary(
  { settings, terminal, logger, startMs }: Ending,
  report: LiveReport,
  scorer: ModelScorer,
): Promise<void> {
  const summary: Summary = {
    command: COMMAND,
    asked: askedOf(settings),
    sinks: settings.sink,
    report,
    models: scorer.targets.map((target) => target.model),
    elapsedMs: terminal.elapsedMs() - startMs,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    slices: null,
    changes: null,
  };
  if (settings.summaryFile !== null) await writeSummary(settings.summaryFile, summary);
  const { samples, predictions, outcome, drained } = report;
  if (logger.format === 'text') printSummary(summary, terminal);
  logger.log(drained ? 'info' : 'warn', 'ended', endedText(report), {
    outcome,
    drained,
    samples: samples.received,
    predictions,
    elapsed_ms: Math.round(summary.elapsedMs),
  });
}

function endedText({ outcome, drained }: LiveReport): string {
  if (outcome === 'finished') return 'every source has ended, and every window was judged';
  return drained
    ? 'stopped; everything that was read is published and acknowledged'
    : 'stopped before everything was published; the next start publishes what the checkpoint and its journal hold, if there is one';
}

export async function tellFailure(
  { settings, terminal, logger, startMs }: Ending,
  error: unknown,
): Promise<void> {
  // People read the command's own last line.
  if (logger.format === 'json') logger.log('error', 'failed', messageOf(error));
  if (settings.summaryFile === null) return;
  const elapsedMs = terminal.elapsedMs() - startMs;
  await writeSummary(settings.summaryFile, {
    command: COMMAND,
    error: messageOf(error),
    elapsedMs,
  });
}

function askedOf(settings: Settings): Readonly<Record<string, unknown>> {
  return {
    definitions_file: settings.definitions,
    models: settings.models,
    sources: settings.source,
    checkpoint: settings.checkpoint,
    out_of_order_s: settings.outOfOrder,
    max_future_s: settings.maxFuture,
  };
}
