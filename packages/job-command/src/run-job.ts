/**
 * From options to outputs: opens the job's parts, runs it with progress, writes the summary, shows the outputs, and on any
 * failure leaves none of them behind.
 */
import { messageOf } from '@windrow/core';
import { createProgress, type Progress, type ProgressMode, type Terminal } from '@windrow/cli';
import { SpillFolder, refuseClashes, type SinkOptions } from '@windrow/io';
import {
  OpenJob,
  type Changes,
  type JobOptions,
  type JobParts,
  type JobReport,
  type SpillSpace,
} from '@windrow/pipeline';
import { placeRules } from './place-rules.ts';
import { printSummary } from './print-summary.ts';
import { sinkFactories } from './sink-factories.ts';
import { sourceFactories } from './source-factories.ts';
import { writeSummary, type SlicesSummary, type Summary } from './summary.ts';

/** Everything that a command knows before it runs. */
export interface JobRequest {
  readonly command: string;
  readonly parts: Pick<
    JobParts,
    'definitions' | 'models' | 'workers' | 'source' | 'sinks' | 'deadLetters'
  >;
  /** For the summary. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly summaryFile: string | null;
  /** What is read beside the source and the definitions, which no output may take the place of. Default: nothing. */
  readonly reads?: readonly string[];
  readonly progress: ProgressMode;
  readonly signal: AbortSignal;
  /** Where `log:` writes. */
  readonly log?: SinkOptions['log'];
  /** Greatest resident memory of the process so far, bytes. */
  readonly peakMemoryBytes: () => number;
}

/** What a job is run with, beside its own options. */
export interface JobSetting {
  readonly common: JobOptions;
  readonly spill: SpillSpace;
  readonly job: OpenJob;
  readonly progress: Progress;
}

/** What a job does otherwise than others. */
export interface JobHooks {
  /** Instead of committing every sink. */
  readonly commit?: (job: OpenJob) => Promise<void>;
  /** For the summary; asked when the job has ended, also where it failed. */
  readonly slices?: () => SlicesSummary | null;
  /** The same where only differences are written. */
  readonly changes?: () => Changes | null;
}

/** Opens the parts that a request names. */
export function openJob(request: JobRequest, terminal: Terminal): Promise<OpenJob> {
  return OpenJob.open({
    ...request.parts,
    factories: sourceFactories(terminal),
    sinkFactories: sinkFactories(terminal),
    log: request.log,
    nowMs: () => terminal.elapsedMs(),
  });
}

/**
 * Runs a job to its end.
 * @param run the job itself
 * @param hooks default: every sink is committed when the job has ended well
 * @returns the summary, which was printed
 */
export async function runJob(
  request: JobRequest,
  terminal: Terminal,
  run: (setting: JobSetting) => Promise<JobReport>,
  hooks: JobHooks = {},
): Promise<Summary> {
  const startMs = terminal.elapsedMs();
  const { command, summaryFile } = request;
  // Before the summary of a failure could be written over something.
  await refuseClashesOf(request);
  try {
    const job = await openJob(request, terminal);
    try {
      for (const note of job.scorer.notes) terminal.stderr.write(`note: ${note}\n`);
      const report = await runWithProgress(request, job, terminal, run);
      const summary: Summary = {
        command,
        asked: request.asked,
        sinks: request.parts.sinks,
        report,
        models: job.scorer.targets.map((target) => target.model),
        elapsedMs: terminal.elapsedMs() - startMs,
        peakMemoryBytes: request.peakMemoryBytes(),
        slices: hooks.slices?.() ?? null,
        changes: hooks.changes?.() ?? null,
      };
      await (hooks.commit?.(job) ?? job.commit());
      if (summaryFile !== null) await writeSummary(summaryFile, summary);
      printSummary(summary, terminal);
      if (report.predictions === 0 && summary.changes === null) {
        terminal.stderr.write(`note: no window was scored; ${whyNone(report)}\n`);
      }
      return summary;
    } finally {
      await job.close();
    }
  } catch (error) {
    if (summaryFile !== null) {
      const elapsedMs = terminal.elapsedMs() - startMs;
      const slices = hooks.slices?.() ?? null;
      await writeSummary(summaryFile, { command, error: messageOf(error), elapsedMs, slices });
    }
    throw error;
  }
}

async function refuseClashesOf({ parts, summaryFile, reads = [] }: JobRequest): Promise<void> {
  const inputs = [...(typeof parts.definitions === 'string' ? [parts.definitions] : []), ...reads];
  const others = [parts.deadLetters, summaryFile].filter((uri) => uri !== null);
  const outputs = [...parts.sinks, ...others];
  await refuseClashes([parts.source, ...inputs], outputs, await placeRules(outputs));
}

/** A guess at what is wrong when nothing came out. */
function whyNone({ samples, definitions }: JobReport): string {
  if (samples.received === 0) return 'the source had no sample in the range';
  if (samples.applied === 0) {
    const { quarantined, unrouted, out_of_range: outside } = samples;
    if (quarantined === samples.received) return 'nothing of the source could be read as a sample';
    return unrouted > 0 && outside === 0
      ? 'no definition asks for the metrics of the samples'
      : 'no sample has a metric that a definition asks for, and a time that is in the range';
  }
  const incomplete = definitions.reduce((sum, counts) => sum + counts.incomplete, 0);
  return incomplete > 0
    ? 'windows had cells without a value after filling (fill, allow_missing)'
    : 'the windows were empty, below min_coverage or not finite';
}

async function runWithProgress(
  request: JobRequest,
  job: OpenJob,
  terminal: Terminal,
  run: (setting: JobSetting) => Promise<JobReport>,
): Promise<JobReport> {
  const progress = createProgress({ mode: request.progress, terminal });
  const spill = new SpillFolder();
  let started = false;
  try {
    return await run({
      job,
      progress,
      common: {
        source: job.source,
        scorer: job.scorer,
        dictionary: job.dictionary,
        sinks: job.sinks,
        deadLetters: job.deadLetters,
        nowMs: () => terminal.elapsedMs(),
        signal: request.signal,
        onProgress: ({ samples, samplesTotal }) => {
          if (!started) progress.phase(request.command, samplesTotal, 'samples');
          started = true;
          progress.update(samples);
        },
      },
      spill,
    });
  } finally {
    progress.end();
    await spill.close();
  }
}
