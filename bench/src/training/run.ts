/**
 * Training sets out of ClickHouse against the limit and against what a data scientist writes today: samples in a table (and, beside
 * it, in Parquet) to windows in files.
 *
 * All run in turns, each in a fresh process on one core; then the windows of pandas must be as many as ours and add up to the same, or
 * there are no results.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
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

const FULL: DatasetSize = { lines: 200, seconds: 20_000 };
const SMALL: DatasetSize = { lines: 2, seconds: 900 };
const STEP_S = 300;
const TOLERANCE = 1e-9;

/** How the rows of a table lie. */
interface Order {
  /** For names of contenders: behind `chdb`. */
  readonly suffix: string;
  readonly what: string;
  readonly key: string;
  readonly folder: string;
}
const BY_METRIC: Order = {
  suffix: '',
  what: 'a table that is sorted by metric and time',
  key: 'metric_id, timestamp_ms',
  folder: 'table',
};
const BY_TIME: Order = {
  suffix: ' by time',
  what: 'a table that is sorted by time, as samples arrive',
  key: 'timestamp_ms, metric_id',
  folder: 'table-by-time',
};

export const training: Benchmark = async ({ small, rounds, say, date, results: folder }) => {
  const size = small ? SMALL : FULL;
  const count = sampleCount(size);
  say(`training: ${formatCount(count)} samples`);
  const samples = await samplesFile(size);
  const definitions = await definitionsFile(size, STEP_S);
  const tables = hasChdb()
    ? {
        byMetric: await tableFolder(BY_METRIC, size, samples, say),
        byTime: await tableFolder(BY_TIME, size, samples, say),
      }
    : null;
  const core = pinnedCore();
  const { contest, windows } = await withFolder(async (out) => {
    const contenders = [
      ...(tables === null
        ? []
        : [
            ...clickhouse(BY_METRIC, tables.byMetric, definitions, out),
            ...pandas(tables.byMetric, definitions, out),
            ...clickhouse(BY_TIME, tables.byTime, definitions, out),
          ]),
      windrow('parquet', 'the samples as one Parquet file instead', samples, { definitions, out }),
    ];
    const held = await holdContest(contenders, {
      rounds,
      core,
      onRun: (name, round) => say(`training: round ${round} of ${rounds}, ${name}`),
    });
    return { contest: held, windows: equalWindows(contenders, out) };
  });
  return writeReport(
    {
      name: 'training',
      title: 'Training sets: samples in ClickHouse to windows in files',
      text: [
        `${formatCount(count)} samples of ${size.lines} simulated lines (25 sensors, one sample a second each, ${formatCount(size.seconds)} s, no gaps), in a MergeTree of the embedded ClickHouse (chdb). One definition a line: windows of 300 s each ${STEP_S} s, so that the windows hold about as many numbers as there are samples: ${formatCount(windows)} windows of 25 x 300 float64.`,
        hasChdb() ? '' : 'ClickHouse was left out: chdb is not installed on this machine.',
        pythonMissing() ?? '',
      ].filter((text) => text !== ''),
      sections: [timesSection(contest, count)],
      data: { samples: count, windows, size, stepS: STEP_S, contest },
    },
    { folder, date, small, packages: ['chdb', '@clickhouse/client'] },
  );
};

/** The table, filled once and kept in `bench/.data`. */
async function tableFolder(
  order: Order,
  { lines, seconds }: DatasetSize,
  samples: string,
  say: (line: string) => void,
): Promise<string> {
  const folder = join(DATA, `${order.folder}-${lines}x${seconds}`);
  if (existsSync(folder)) return folder;
  say(`training: ${order.what} is filled`);
  const filling = `${folder}.tmp`;
  rmSync(filling, { recursive: true, force: true });
  await runProcess(
    nodeProgram(join(import.meta.dirname, 'fill-table.ts'), [filling, samples, order.key]),
    null,
  );
  renameSync(filling, folder);
  return folder;
}

function windrow(
  name: string,
  what: string,
  source: string,
  { definitions, out }: { readonly definitions: string; readonly out: string },
): Contender {
  return {
    name: `windrow ${name}`,
    what: `windrow-train-export: windows, statistics, dataset.json; ${what}`,
    program: nodeProgram(appMain('train-export'), [
      ...['--definitions', definitions, '--source', source, '--overwrite'],
      ...['--out', join(out, `dataset-${name}`), '--progress', 'none'],
    ]),
  };
}

/** The embedded ClickHouse: as our source, and by itself. */
function clickhouse(order: Order, table: string, definitions: string, out: string): Contender[] {
  const file = join(import.meta.dirname, 'peers/chdb-copy.ts');
  const source = `chdb:${table}?table=plant.samples`;
  return [
    windrow(`chdb${order.suffix}`, `from ${order.what}`, source, { definitions, out }),
    {
      name: `chdb copy${order.suffix}`,
      what: `ClickHouse (chdb) writes the rows of ${order.what}, ordered by metric and time, as Parquet (zstd); no windows`,
      program: nodeProgram(file, [table, join(out, 'ordered.parquet')]),
    },
  ];
}

function pandas(table: string, definitions: string, out: string): Contender[] {
  if (pythonMissing() !== null) return [];
  const script = join(REPOSITORY, 'bench/peers/pandas_clickhouse.py');
  const program: Program = {
    command: python(),
    args: [script, table, definitions, join(out, 'pandas')],
  };
  return [
    {
      name: 'pandas',
      what: "Python: ClickHouse's client (chdb) reads a line's samples from the table that is sorted by metric, pandas pivots, NumPy cuts windows, .npy files",
      program,
    },
  ];
}

/** `BENCH_PYTHON`, a virtual environment in `bench/.data/venv`, or python3. */
function python(): string {
  const own = join(DATA, 'venv', 'bin', 'python');
  return process.env['BENCH_PYTHON'] ?? (existsSync(own) ? own : 'python3');
}

/** Why pandas does not take part, or null where it does. */
function pythonMissing(): string | null {
  const found = spawnSync(python(), ['-c', 'import chdb, pandas, numpy']);
  return found.status === 0
    ? null
    : 'pandas was left out: no Python with chdb, pandas and numpy (python3, or the one that BENCH_PYTHON names).';
}

/** How many windows there are, of which all must have made the same. */
function equalWindows(contenders: readonly Contender[], out: string): number {
  const found = contenders
    .filter(({ name }) => name.startsWith('windrow '))
    .map(({ name }) => sumOf(join(out, name.replace('windrow ', 'dataset-'))));
  if (contenders.some(({ name }) => name === 'pandas')) {
    found.push(JSON.parse(readFileSync(join(out, 'pandas/windows.json'), 'utf8')) as Windows);
  }
  const first = found[0]!;
  for (const other of found) {
    const off = Math.abs(other.sum - first.sum) / Math.abs(first.sum);
    if (other.windows === first.windows && off <= TOLERANCE) continue;
    throw new Error(
      `found ${other.windows} windows that add up to ${other.sum}, expected ${first.windows} and ${first.sum}`,
    );
  }
  return first.windows;
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

function timesSection(contest: ContestResult, count: number): Section {
  const { results } = contest;
  const first = results[0]!;
  return {
    title: 'Times',
    columns: [
      '',
      'samples/s of CPU',
      'CPU of it / of the first',
      'CPU s, least',
      'median',
      'wall s, least',
      'median',
      'peak memory',
    ],
    rows: results.map(({ name, cpuMs, wallMs, peakBytes }) => [
      name,
      `${(count / cpuMs.min / 1000).toFixed(2)} M`,
      (cpuMs.min / first.cpuMs.min).toFixed(2),
      ...[cpuMs.min, cpuMs.median, wallMs.min, wallMs.median].map((ms) => (ms / 1000).toFixed(1)),
      formatBytes(peakBytes.median),
    ]),
    notes: [
      results.map(({ name, what }) => `- ${name}: ${what}`).join('\n'),
      conditionsOf(contest),
    ],
  };
}
