/** `npm run bench -- [name ...] [--small]`: the benchmarks by name, one after the other. */
import { join } from 'node:path';
import { WindrowError } from '@windrow/core';
import { runCommand, type CommandSpec } from '@windrow/cli';
import { backfill } from './backfill/run.ts';
import type { Benchmark } from './benchmark.ts';
import { bigquery } from './bigquery/run.ts';
import { clickhouse } from './clickhouse/run.ts';
import { codecs } from './codecs/run.ts';
import { memory } from './memory/run.ts';
import { DATA, RESULTS } from './repository.ts';
import { training } from './training/run.ts';
import { windowing } from './windowing/run.ts';

const benchmarks: Readonly<Record<string, Benchmark>> = {
  backfill,
  bigquery,
  clickhouse,
  codecs,
  memory,
  training,
  windowing,
};
const NAMES = Object.keys(benchmarks);

const options = {
  small: { type: 'flag', help: 'A tiny size of each, to see that everything runs' },
  rounds: {
    type: 'number',
    integer: true,
    min: 1,
    max: 99,
    help: 'Rounds; default 3, of the small size 1',
  },
  rows: {
    type: 'text',
    placeholder: 'N',
    help: 'Only `backfill`: one worker against two on so many samples, such as 500M, or as many as fit on the disk',
  },
  results: {
    type: 'text',
    placeholder: 'DIR',
    help: 'Where results go; default bench/results, of the small size bench/.data/results',
  },
} as const;

const spec: CommandSpec<typeof options> = {
  name: 'npm run bench --',
  about: `benchmarks, each with its peers: ${NAMES.join(', ')}`,
  options,
  operands: {
    placeholder: 'NAME',
    help: `one of ${NAMES.join(', ')}; default all`,
    min: 0,
    max: NAMES.length,
  },
};

await runCommand(spec, async ({ options: asked, operands, terminal }) => {
  const { small } = asked;
  const chosen = operands.length === 0 ? NAMES : operands;
  const unknown = chosen.find((name) => !Object.hasOwn(benchmarks, name));
  if (unknown !== undefined) {
    throw new WindrowError(
      'USAGE',
      `found the benchmark ${unknown}, expected one of ${NAMES.join(', ')}`,
    );
  }
  for (const name of chosen) {
    const page = await benchmarks[name]!({
      small,
      results: asked.results ?? (small ? join(DATA, 'results') : RESULTS),
      date: new Date(terminal.nowMs()).toISOString().slice(0, 10),
      rows: asked.rows === null ? null : rowsOf(asked.rows),
      rounds: asked.rounds ?? (small ? 1 : 3),
      say: (line) => terminal.stderr.write(`${line}\n`),
    });
    terminal.stdout.write(`${page}\n\n`);
  }
});

/** `500M`, `50_000_000`. */
function rowsOf(text: string): number {
  const match = /^(\d[\d_]*)([kMG]?)$/.exec(text);
  const scale = { '': 1, k: 1e3, M: 1e6, G: 1e9 }[match?.[2] ?? ''] ?? 1;
  const rows = Number(match?.[1]?.replaceAll('_', '')) * scale;
  if (match !== null && rows > 0) return rows;
  throw new WindrowError('USAGE', `--rows: found ${text}, expected a number such as 500M`);
}
