/** One worker against two: the same bytes, and how much sooner. */
import { readFileSync } from 'node:fs';
import { formatBytes, formatCount } from '@windrow/cli';
import { conditionsOf, holdContest, type ContestResult } from '../contest/contest.ts';
import { runProcess } from '../contest/run-process.ts';
import type { Section } from '../report/report.ts';
import { workerContenders, type Job } from './contenders.ts';

const WORKERS = [1, 2] as const;

export interface WorkersResult {
  readonly contest: ContestResult;
  /** Wall time of one worker over that of two, by the least and by the middle of the rounds. */
  readonly speedUp: { readonly min: number; readonly median: number };
}

/** Runs both once and compares their bytes, then in turns. Not pinned: two workers want two cores. */
export async function measureWorkers(
  job: Job,
  rounds: number,
  say: (line: string) => void,
): Promise<WorkersResult> {
  const contenders = workerContenders(job, WORKERS);
  for (const { name, program } of contenders) {
    say(`backfill: first run, ${name}`);
    await runProcess(program, null);
  }
  const [first, second] = contenders.map(({ sink }) => readFileSync(sink));
  if (!first!.equals(second!)) throw new Error('two workers gave other bytes than one');
  const contest = await holdContest(contenders, {
    rounds,
    core: null,
    onRun: (name, round) => say(`backfill: round ${round} of ${rounds}, ${name}`),
  });
  const [one, two] = contest.results;
  const { min, median } = one!.wallMs;
  return { contest, speedUp: { min: min / two!.wallMs.min, median: median / two!.wallMs.median } };
}

export function workersSection({ contest, speedUp }: WorkersResult, samples: number): Section {
  return {
    title: 'Workers',
    columns: ['', 'samples/s', 'wall s, least', 'median', 'CPU s, least', 'median', 'peak memory'],
    rows: contest.results.map(({ name, cpuMs, wallMs, peakBytes }) => [
      name,
      `${(samples / wallMs.min / 1000).toFixed(2)} M`,
      ...[wallMs.min, wallMs.median, cpuMs.min, cpuMs.median].map((ms) => (ms / 1000).toFixed(1)),
      formatBytes(peakBytes.median),
    ]),
    notes: [
      `Two workers give the bytes of one, ${speedUp.min.toFixed(2)} times as fast (least of the rounds; ${speedUp.median.toFixed(2)} by the middle one), over ${formatCount(samples)} samples. Samples are counted once, though two slices read some of them.`,
      conditionsOf(contest),
    ],
  };
}
