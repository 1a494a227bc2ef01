/** windrow-backfill: wires the rooms together. */
import { availableParallelism } from 'node:os';
import { WindrowError, formatTime } from '@windrow/core';
import type { CommandContext, Terminal } from '@windrow/cli';
import {
  checkpointProgress,
  openJob,
  runSlicedBackfill,
  type SlicedRequest,
} from '@windrow/job-command';
import { rangeSince, type OpenJob, type Shard } from '@windrow/pipeline';
import type { EndRange } from '@windrow/windowing';
import { commandLine } from './command-line.ts';
import { spec, type options as commandOptions } from './command.ts';
import { printDryRun } from './dry-run.ts';
import { endAtOnce } from './end-at-once.ts';
import { peakMemoryBytes } from './peak-memory.ts';
import { shardOf, shardUri } from './shard.ts';
import { workFolderOf } from './work-folder-of.ts';

type Context = CommandContext<typeof commandOptions>;

export async function backfill({ options, terminal, signal }: Context): Promise<void> {
  checkArguments(options);
  const request = requestOf(options, shardOf(options, terminal.env), signal);
  if (!options.dryRun) {
    endAtOnce(signal);
    await runSlicedBackfill(request, terminal);
    return;
  }
  const job = await openJob(request.job, terminal);
  try {
    await printDryRun(job, await withoutDone(request, job, terminal), terminal);
  } finally {
    await job.close();
  }
}

/** Less what a stream had come to. */
async function withoutDone(
  request: SlicedRequest,
  { definitions }: OpenJob,
  terminal: Terminal,
): Promise<SlicedRequest> {
  const { sinceCheckpoint, range } = request;
  if (sinceCheckpoint === null) return request;
  const progress = await checkpointProgress(sinceCheckpoint, terminal);
  return { ...request, range: rangeSince(range, progress, definitions) };
}

function requestOf(
  options: Context['options'],
  shard: Shard | null,
  signal: AbortSignal,
): SlicedRequest {
  const sinks = options.sink.map((uri) => shardUri(uri, shard));
  return {
    job: {
      command: spec.name,
      parts: {
        definitions: options.definitions,
        models: options.models,
        source: options.source,
        sinks: options.dryRun ? [] : sinks,
        deadLetters:
          options.dryRun || options.deadLetter === null
            ? null
            : shardUri(options.deadLetter, shard),
      },
      asked: {
        definitions_file: options.definitions,
        models: options.models,
        source: options.source,
        start_ms: options.start,
        end_ms: options.end,
        ...(shard === null ? {} : { shard: `${shard.index + 1}/${shard.count}` }),
      },
      summaryFile: options.summaryFile === null ? null : shardUri(options.summaryFile, shard),
      reads: options.onlyChanged === null ? [] : [options.onlyChanged],
      progress: options.progress,
      signal,
      log: process.stdout,
      peakMemoryBytes,
    },
    range: rangeOf(options),
    strict: options.strict,
    workers: options.workers,
    cores: availableParallelism(),
    sliceSamples: options.sliceSamples,
    shard,
    folder:
      options.workFolder === null
        ? workFolderOf(sinks, shard)
        : shardUri(options.workFolder, shard),
    fresh: options.fresh,
    sinceCheckpoint: options.sinceCheckpoint,
    onlyChanged: options.onlyChanged,
    commandLine: commandLine(spec.name, process.argv.slice(2)),
  };
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
