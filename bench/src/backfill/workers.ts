/** One core against two: the same bytes, and how much sooner. */
import { readFileSync } from 'node:fs';
import { formatBytes, formatCount } from '@windrow/cli';
import { conditionsOf, holdContest, type ContestResult, type Spread } from '../contest/contest.ts';
import { pinnedCore, runProcess } from '../contest/run-process.ts';
import type { Section } from '../report/report.ts';
import { workerContenders, type Job } from './contenders.ts';

export interface WorkersResult {
  readonly contest: ContestResult;
  /** Wall time over that of two workers on two cores, by the least and by the middle of the rounds. */
  readonly speedUp: {
    /** Of one worker on one core. */
    readonly overOneCore: Spread;
    /** Of one worker that has both cores. */
    readonly overOneWorker: Spread;
  };
}

/** Runs all once and compares their bytes, then in turns. */
export async function measureWorkers(
  job: Job,
  rounds: number,
  say: (line: string) => void,
): Promise<WorkersResult> {
  const contenders = workerContenders(job, pinnedCore());
  for (const { name, program } of contenders) {
    say(`backfill: first run, ${name}`);
    await runProcess(program, null);
  }
  const [first, ...others] = contenders.map(({ sink }) => readFileSync(sink));
  if (others.some((other) => !other.equals(first!))) {
    throw new Error('two workers gave other bytes than one');
  }
  const contest = await holdContest(contenders, {
    rounds,
    core: null,
    onRun: (name, round) => say(`backfill: round ${round} of ${rounds}, ${name}`),
  });
  const [oneCore, oneWorker, two] = contest.results.map(({ wallMs }) => wallMs);
  return {
    contest,
    speedUp: { overOneCore: ratio(oneCore!, two!), overOneWorker: ratio(oneWorker!, two!) },
  };
}

const ratio = (a: Spread, b: Spread): Spread => ({
  min: a.min / b.min,
  median: a.median / b.median,
});

const times = ({ min, median }: Spread): string =>
  `${min.toFixed(2)} times (${median.toFixed(2)} by the middle round)`;

export function workersSection({ contest, speedUp }: WorkersResult, samples: number): Section {
  const { overOneCore, overOneWorker } = speedUp;
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
      `Two workers on two cores give the bytes of one, ${times(overOneCore)} as fast as one worker on one core, and ${times(overOneWorker)} as fast as one worker that has both cores: on the second one V8 compiles and collects garbage. ${formatCount(samples)} samples, counted once, though two slices read some of them.`,
      conditionsOf(contest),
    ],
  };
}
