/** Runs windrow-backfill's job in this process, as the command does, into a folder. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from '@windrow/cli';
import { runSlicedBackfill, type SlicedRequest, type Summary } from '@windrow/job-command';

export interface SlicedJob {
  readonly definitions: string;
  readonly models: string;
  readonly source: string;
  /** Path of the output. */
  readonly out: string;
  readonly range?: SlicedRequest['range'];
  readonly signal?: AbortSignal;
}

type Choices = Partial<
  Pick<
    SlicedRequest,
    | 'workers'
    | 'sliceSamples'
    | 'shard'
    | 'fresh'
    | 'folder'
    | 'strict'
    | 'onlyChanged'
    | 'sinceCheckpoint'
  >
> & {
  readonly deadLetters?: string;
  /** Beside `out`. */
  readonly sinks?: readonly string[];
  readonly env?: Terminal['env'];
};

export interface SlicedRun {
  readonly summary: Summary;
  readonly bytes: Buffer;
  readonly stderr: string;
}

export async function runSliced(job: SlicedJob, choices: Choices = {}): Promise<SlicedRun> {
  const { terminal, said } = fakeTerminal(choices.env ?? {});
  const { definitions, models, source, out } = job;
  const { deadLetters = null, sinks = [], ...rest } = choices;
  const summary = await runSlicedBackfill(
    {
      job: {
        command: 'windrow-backfill',
        parts: { definitions, models, source, sinks: [out, ...sinks], deadLetters },
        asked: {},
        summaryFile: `${out}.summary.json`,
        progress: 'none',
        reads: choices.onlyChanged == null ? [] : [choices.onlyChanged],
        signal: job.signal ?? new AbortController().signal,
        peakMemoryBytes: () => 0,
      },
      range: job.range ?? {
        afterMs: Number.NEGATIVE_INFINITY,
        untilMs: Number.POSITIVE_INFINITY,
      },
      strict: false,
      workers: 1,
      cores: 2,
      sliceSamples: null,
      shard: null,
      folder: `${out}.windrow`,
      fresh: false,
      onlyChanged: null,
      sinceCheckpoint: null,
      commandLine: 'windrow-backfill again',
      ...rest,
    },
    terminal,
  );
  return { summary, bytes: readFileSync(out), stderr: said() };
}

/** A terminal that nobody looks at. */
function fakeTerminal(env: Terminal['env']): { terminal: Terminal; said: () => string } {
  let text = '';
  const stream = {
    isTTY: false,
    columns: null,
    write: (more: string): void => {
      text += more;
    },
  };
  const terminal: Terminal = {
    stdout: stream,
    stderr: stream,
    env,
    nowMs: () => Date.now(),
    elapsedMs: () => performance.now(),
  };
  return { terminal, said: () => text };
}

/** The repository's model store. */
export const bundledModels: string = join(import.meta.dirname, '../../../models');
