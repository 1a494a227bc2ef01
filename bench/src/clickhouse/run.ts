/** `npm run bench -- clickhouse`: samples out of the embedded ClickHouse, beside its client alone. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { formatBytes } from '@windrow/cli';
import type { Benchmark } from '../benchmark.ts';
import { writeReport } from '../report/report.ts';
import { DATA } from '../repository.ts';
import { hasChdb } from './chdb-connection.ts';
import type { Reading } from './measure.ts';

const PROGRAM = join(import.meta.dirname, 'measure.ts');
const ROWS = 20_000_000;
const ROWS_SMALL = 200_000;

const READERS = [
  ['bare', 'the official client: the bytes of the same queries, thrown away'],
  ['source', 'the source: batches of samples'],
  ['source-ten', 'the source, asked for 10 of the 100 metrics'],
] as const;

interface Result extends Reading {
  readonly name: string;
  readonly what: string;
}

export const clickhouse: Benchmark = async ({ small, results, date, rounds, say }) => {
  if (!hasChdb()) return 'clickhouse: skipped: chdb is not installed on this machine';
  const rows = small ? ROWS_SMALL : ROWS;
  const folder = join(DATA, `clickhouse-${rows}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  say(`clickhouse: ${rows} rows are made`);
  measure(['fill', folder, String(rows)]);
  const readings = READERS.map((): Reading[] => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [i, [name]] of READERS.entries()) {
      say(`clickhouse: ${name}, round ${round} of ${rounds}`);
      readings[i]!.push(JSON.parse(measure([name, folder])) as Reading);
    }
  }
  const found = READERS.map(([name, what], i): Result => ({ name, what, ...middle(readings[i]!) }));
  const [bare, source] = found;
  if (source!.rows !== rows || bare!.rows !== rows) throw new Error('rows are missing');
  rmSync(folder, { recursive: true, force: true });
  return writeReport(
    {
      name: 'clickhouse',
      title: 'ClickHouse: samples out of a table',
      text: [
        `${rows} samples of 100 metrics, one a second each, in the embedded ClickHouse (chdb), a MergeTree by metric and time, read in time slices of some million rows. Each reader ran ${rounds} times in a fresh process, in turns; a row is its middle run. The time of opening the database and of the query for the slices is in it.`,
      ],
      sections: [
        {
          title: 'Reading',
          columns: ['reader', 'rows', 'M rows/s', 'of the bare client', 'CPU s', 'peak memory'],
          rows: found.map((one) => [
            `${one.name}: ${one.what}`,
            String(one.rows),
            (one.rows / one.wallMs / 1000).toFixed(1),
            one.rows === rows ? `${Math.round((100 * bare!.wallMs) / one.wallMs)} %` : '',
            (one.cpuMs / 1000).toFixed(1),
            formatBytes(one.peakBytes),
          ]),
          notes: [],
        },
      ],
      data: { rows, rounds, readers: found },
    },
    { folder: results, date, packages: ['@clickhouse/client', 'chdb', 'apache-arrow'], small },
  );
};

function measure(args: readonly string[]): string {
  return execFileSync(process.execPath, ['--conditions=windrow-source', PROGRAM, ...args], {
    encoding: 'utf8',
  });
}

function middle(readings: readonly Reading[]): Reading {
  const sorted = readings.toSorted((a, b) => a.wallMs - b.wallMs);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}
