/**
 * Training sets against the limit and against what a data scientist writes today: samples in Parquet to windows in files.
 *
 * First all run once: the pandas windows must be as many as ours and add up to the same; then all run in turns, each in a
 * fresh process on one core.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes, formatCount } from '@windrow/cli';
import { hasChdb } from '../clickhouse/chdb-connection.ts';
import { definitionsFile, sampleCount, samplesFile, withFolder } from '../backfill/dataset.ts';
import type { DatasetSize } from '../backfill/dataset.ts';
import type { Benchmark } from '../benchmark.ts';
import {
  conditionsOf,
  holdContest,
  type Contender,
  type ContestResult,
} from '../contest/contest.ts';
import { nodeProgram, pinnedCore, runProcess, type Program } from '../contest/run-process.ts';
import { writeReport, type Section } from '../report/report.ts';
import { DATA, REPOSITORY, appMain } from '../repository.ts';

const FULL: DatasetSize = { lines: 200, seconds: 10_000 };
const SMALL: DatasetSize = { lines: 2, seconds: 900 };
const STEP_S = 300;
const TOLERANCE = 1e-9;

export const training: Benchmark = async ({ small, rounds, say, date, results: folder }) => {
  const size = small ? SMALL : FULL;
  const count = sampleCount(size);
  say(`training: ${formatCount(count)} samples`);
  const samples = await samplesFile(size);
  const definitions = await definitionsFile(size, STEP_S);
  const core = pinnedCore();
  const { contest, windows } = await withFolder(async (out) => {
    const contenders = [
      ...ours(samples, definitions, out),
      duckdb(samples, out),
      ...clickhouse(samples, definitions, out),
      ...pandas(samples, definitions, out),
    ];
    const made = await checkEqual(contenders, out, core, say);
    const held = await holdContest(contenders, {
      rounds,
      core,
      onRun: (name, round) => say(`training: round ${round} of ${rounds}, ${name}`),
    });
    return { contest: held, windows: made };
  });
  return writeReport(
    {
      name: 'training',
      title: 'Training sets: samples in Parquet to windows in files',
      text: [
        `${formatCount(count)} samples of ${size.lines} simulated lines (25 sensors, one sample a second each, ${formatCount(size.seconds)} s, no gaps), in order of time in one Parquet file. One definition a line: windows of 300 s each ${STEP_S} s, so that the windows hold about as many numbers as there are samples: ${formatCount(windows)} windows of 25 x 300 float64.`,
        pythonMissing() ?? '',
      ].filter((text) => text !== ''),
      sections: [timesSection(contest, count)],
      data: { samples: count, windows, size, stepS: STEP_S, contest },
    },
    { folder, date, small, packages: ['@duckdb/node-api'] },
  );
};

function ours(samples: string, definitions: string, out: string): Contender[] {
  return [
    windrow('parquet', '--format parquet', samples, { definitions, out }),
    windrow('arrow', '--format arrow', samples, { definitions, out }),
  ];
}

function windrow(
  name: string,
  what: string,
  source: string,
  { definitions, out }: { readonly definitions: string; readonly out: string },
): Contender {
  return {
    name: `windrow ${name}`,
    what: `windrow-train-export ${what}: windows, statistics, dataset.json`,
    program: nodeProgram(appMain('train-export'), [
      ...['--definitions', definitions, '--source', source, '--overwrite'],
      ...(name === 'arrow' ? ['--format', 'arrow'] : []),
      ...['--out', join(out, `dataset-${name}`), '--progress', 'none'],
    ]),
  };
}

/** The embedded ClickHouse, where it is: as our source, and by itself. */
function clickhouse(samples: string, definitions: string, out: string): Contender[] {
  if (!hasChdb()) return [];
  const file = join(import.meta.dirname, 'peers/chdb-copy.ts');
  return [
    windrow('chdb', '--source chdb:FILE', `chdb:${samples}`, { definitions, out }),
    {
      name: 'chdb copy',
      what: 'ClickHouse (chdb) writes the same samples, ordered by metric and time, as Parquet (zstd); no windows',
      program: nodeProgram(file, [samples, join(out, 'ordered-chdb.parquet')]),
    },
  ];
}

function duckdb(samples: string, out: string): Contender {
  const file = join(import.meta.dirname, 'peers/duckdb-copy.ts');
  return {
    name: 'duckdb copy',
    what: 'DuckDB writes the same samples, ordered by metric and time, as Parquet (zstd); no windows',
    program: nodeProgram(file, [samples, join(out, 'ordered.parquet')]),
  };
}

function pandas(samples: string, definitions: string, out: string): Contender[] {
  if (pythonMissing() !== null) return [];
  const program: Program = {
    command: python(),
    args: [
      join(REPOSITORY, 'bench/peers/pandas_windows.py'),
      samples,
      definitions,
      join(out, 'pandas'),
    ],
  };
  return [
    { name: 'pandas', what: 'Python: pandas pivots, NumPy cuts windows, .npy files', program },
  ];
}

/** `BENCH_PYTHON`, a virtual environment in `bench/.data/venv`, or python3. */
function python(): string {
  const own = join(DATA, 'venv', 'bin', 'python');
  return process.env['BENCH_PYTHON'] ?? (existsSync(own) ? own : 'python3');
}

/** Why pandas does not take part, or null where it does. */
function pythonMissing(): string | null {
  const found = spawnSync(python(), ['-c', 'import pandas, pyarrow, numpy']);
  return found.status === 0
    ? null
    : 'pandas was left out: no Python with pandas, pyarrow and numpy (python3, or the one that BENCH_PYTHON names).';
}

/** Runs every contender once, which also brings the file into the page cache; gives the number of windows. */
async function checkEqual(
  contenders: readonly Contender[],
  out: string,
  core: number | null,
  say: (line: string) => void,
): Promise<number> {
  for (const { name, program } of contenders) {
    say(`training: first run, ${name}`);
    if (name !== 'pandas') await runProcess(program, core);
  }
  const [parquet, ...others] = ['parquet', 'arrow', 'chdb']
    .filter((name) => contenders.some((contender) => contender.name === `windrow ${name}`))
    .map((name) => sumOf(join(out, `dataset-${name}`)));
  const theirs = contenders.find(({ name }) => name === 'pandas');
  const pandasSum = theirs === undefined ? parquet! : await pandasWindows(theirs.program, out);
  for (const other of [...others, pandasSum]) {
    const off = Math.abs(other.sum - parquet!.sum) / Math.abs(parquet!.sum);
    if (other.windows === parquet!.windows && off <= TOLERANCE) continue;
    throw new Error(
      `found ${other.windows} windows that add up to ${other.sum}, expected ${parquet!.windows} and ${parquet!.sum}`,
    );
  }
  return parquet!.windows;
}

interface Windows {
  readonly windows: number;
  readonly sum: number;
}

/** What the dataset's statistics say. */
function sumOf(dataset: string): Windows {
  const { data } = JSON.parse(readFileSync(join(dataset, 'dataset.json'), 'utf8')) as {
    readonly data: readonly {
      readonly examples: number;
      readonly inputs: readonly { readonly cells: number; readonly mean: number }[];
    }[];
  };
  const [all] = data;
  return {
    windows: all!.examples,
    sum: all!.inputs.reduce((sum, { cells, mean }) => sum + cells * mean, 0),
  };
}

function pandasWindows({ command, args }: Program, out: string): Promise<Windows> {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`pandas failed: ${stderr}`);
  rmSync(join(out, 'pandas'), { recursive: true });
  return Promise.resolve(JSON.parse(stdout) as Windows);
}

function timesSection(contest: ContestResult, count: number): Section {
  const { results } = contest;
  const first = results[0]!;
  return {
    title: 'Times',
    columns: [
      '',
      'samples/s of CPU',
      'against windrow parquet',
      'CPU s, least',
      'median',
      'wall s, least',
      'median',
      'peak memory',
    ],
    rows: results.map(({ name, cpuMs, wallMs, peakBytes }) => [
      name,
      `${(count / cpuMs.min / 1000).toFixed(2)} M`,
      `${(first.cpuMs.min / cpuMs.min).toFixed(2)} x`,
      ...[cpuMs.min, cpuMs.median, wallMs.min, wallMs.median].map((ms) => (ms / 1000).toFixed(1)),
      formatBytes(peakBytes.median),
    ]),
    notes: [
      results.map(({ name, what }) => `- ${name}: ${what}`).join('\n'),
      conditionsOf(contest),
    ],
  };
}
