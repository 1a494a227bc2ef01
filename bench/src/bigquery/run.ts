/** `npm run bench -- bigquery`: samples from the Storage Read API against the official client that discards what comes. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BigQueryEndpoints } from '@windrow/io-bigquery';
import { formatCount, formatSi } from '@windrow/cli';
import type { Benchmark } from '../benchmark.ts';
import { writeReport } from '../report/report.ts';
import type { Contender, ReadResult, ReadTask } from './table.ts';

const CONTENDERS: readonly Contender[] = ['client', 'source'];
const COMPRESSIONS = ['none', 'zstd'] as const;
const REPEAT = 200;
const REPEAT_SMALL = 4;

/** The fastest of the rounds, by each of the clocks. */
interface Best {
  readonly wallMs: number;
  readonly cpuMs: number;
}

interface Pair {
  readonly compression: ReadTask['compression'];
  readonly rows: number;
  readonly best: Readonly<Record<Contender, Best>>;
}

export const bigquery: Benchmark = async ({ small, rounds, say, date, results: folder }) => {
  const pairs: Pair[] = [];
  for (const compression of COMPRESSIONS) {
    pairs.push(await holdPair(compression, small ? REPEAT_SMALL : REPEAT, rounds, say));
  }
  return writeReport(
    {
      name: 'bigquery',
      title: 'BigQuery: samples from the Storage Read API',
      text: [
        `${formatCount(pairs[0]!.rows)} rows of 500 metrics (text ids, TIMESTAMP, FLOAT64) in Arrow batches of 16,384 rows over one stream, from the fake of the service in a process of its own on the same machine. Each contender in fresh processes, one after the other; the third reading of each process counts, and the best of ${rounds} rounds.`,
        'The client alone discards the batches as they come; the source gives samples as a job gets them.',
      ],
      sections: [sectionOf(pairs)],
      data: { pairs },
    },
    {
      folder,
      date,
      packages: ['@google-cloud/bigquery-storage', '@grpc/grpc-js', 'apache-arrow'],
      small,
    },
  );
};

function sectionOf(pairs: readonly Pair[]): Parameters<typeof writeReport>[0]['sections'][number] {
  return {
    title: 'Rows a second',
    columns: [
      'compression',
      'client alone',
      'source',
      'ratio',
      'client, CPU ns a row',
      'source, CPU ns a row',
      'ratio by CPU',
    ],
    rows: pairs.map(({ compression, rows, best: { client, source } }) => [
      compression,
      `${formatSi((rows / client.wallMs) * 1000)}/s`,
      `${formatSi((rows / source.wallMs) * 1000)}/s`,
      (client.wallMs / source.wallMs).toFixed(2),
      ((client.cpuMs * 1e6) / rows).toFixed(0),
      ((source.cpuMs * 1e6) / rows).toFixed(0),
      (client.cpuMs / source.cpuMs).toFixed(2),
    ]),
    notes: [
      'Without compression the goal is a ratio of 0.8. With it the client alone unpacks nothing, and so does less than half of the work.',
    ],
  };
}

async function holdPair(
  compression: ReadTask['compression'],
  repeat: number,
  rounds: number,
  say: (line: string) => void,
): Promise<Pair> {
  const { endpoints, server } = await serve(repeat);
  const results: Record<Contender, ReadResult[]> = { client: [], source: [] };
  try {
    for (let round = 1; round <= rounds; round++) {
      for (const contender of CONTENDERS) {
        say(`bigquery: ${compression}, ${contender}, round ${round} of ${rounds}`);
        results[contender].push(await read({ endpoints, contender, compression }));
      }
    }
  } finally {
    server.stdin?.end();
  }
  const counts = new Set([...results.client, ...results.source].map((result) => result.rows));
  if (counts.size !== 1) throw new Error(`the contenders read ${[...counts].join(', ')} rows`);
  const [rows] = counts;
  return {
    compression,
    rows: rows!,
    best: { client: bestOf(results.client), source: bestOf(results.source) },
  };
}

function bestOf(results: readonly ReadResult[]): Best {
  return {
    wallMs: Math.min(...results.map((result) => result.wallMs)),
    cpuMs: Math.min(...results.map((result) => result.cpuMs)),
  };
}

function argsOf(file: string, task: object): string[] {
  return ['--conditions=windrow-source', join(import.meta.dirname, file), JSON.stringify(task)];
}

async function read(task: ReadTask): Promise<ReadResult> {
  const { stdout } = await promisify(execFile)(process.execPath, argsOf('read.ts', task));
  return JSON.parse(stdout) as ReadResult;
}

/** Starts the fake, and waits until it says where it is. */
function serve(
  repeat: number,
): Promise<{ readonly endpoints: BigQueryEndpoints; readonly server: ChildProcess }> {
  const server = spawn(process.execPath, argsOf('serve.ts', { repeat }), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    let text = '';
    server.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (text.endsWith('\n')) {
        resolve({ endpoints: JSON.parse(text) as BigQueryEndpoints, server });
      }
    });
    server.on('error', reject);
    server.on('exit', (code) => reject(new Error(`the fake ended with ${code}`)));
  });
}
