/** Who takes part: Windrow, what a user would write instead, and the limits. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Contender } from '../contest/contest.ts';
import { nodeProgram, type Program } from '../contest/run-process.ts';
import { DATA, MODELS, REPOSITORY, appMain } from '../repository.ts';
import type { PeerTask } from './peers/peer-task.ts';

/** A contender that does the whole job. */
export interface JobContender extends Contender {
  /** Parquet file of its predictions. */
  readonly sink: string;
}

export interface Job {
  readonly samples: string;
  readonly definitions: string;
  /** Folder for the predictions. */
  readonly out: string;
}

/** Contenders do the same job, Windrow first. */
export function jobContenders(job: Job): JobContender[] {
  return [windrow(job), ...nodePeers(job), ...polarsPeer(job)];
}

const sinkOf = (job: Job, name: string): string =>
  join(job.out, `predictions-${name.replaceAll(/\W+/g, '-')}.parquet`);

/** `npx windrow-backfill`, less the process that looks for Node. @param workers slices at once */
export function windrow(job: Job, name: string = 'windrow', workers: number = 1): JobContender {
  const { samples, definitions } = job;
  const sink = sinkOf(job, name);
  const args = [
    ...['--definitions', definitions, '--models', MODELS, '--source', samples, '--sink', sink],
    ...['--progress', 'none', '--workers', String(workers)],
  ];
  return {
    name,
    what: `windrow-backfill --workers ${workers}`,
    sink,
    program: nodeProgram(appMain('backfill'), args, 'small'),
  };
}

/**
 * One core, then two: one worker on one core, one worker that may use both (V8 compiles and collects garbage on the other), and two.
 * @param core that the first runs on; null where this system pins no process
 */
export function workerContenders(job: Job, core: number | null): JobContender[] {
  return [
    { ...windrow(job, '1 core, 1 worker'), core },
    { ...windrow(job, '2 cores, 1 worker'), core: null },
    { ...windrow(job, '2 cores, 2 workers', 2), core: null },
  ];
}

function nodePeers(job: Job): JobContender[] {
  const peer = (name: string, file: string, what: string): JobContender => {
    const task = JSON.stringify(taskOf(job, name));
    return { name, what, sink: sinkOf(job, name), program: nodeProgram(peerFile(file), [task]) };
  };
  return [
    peer(
      'duckdb windows',
      'duckdb-windows.ts',
      'Node: DuckDB SQL from samples to windows, onnxruntime-node',
    ),
    peer(
      'duckdb cells',
      'duckdb-cells.ts',
      'Node: DuckDB SQL makes cells, windows by hand, onnxruntime-node',
    ),
    peer(
      'duckdb rows',
      'duckdb-rows.ts',
      'Node: DuckDB SQL reads, cells and windows by hand, onnxruntime-node',
    ),
  ];
}

/** Why Polars does not take part, or null where it does. */
export const polarsMissing: string | null = lookForPolars();

function polarsPeer(job: Job): JobContender[] {
  if (polarsMissing !== null) return [];
  const name = 'polars';
  const args = [
    join(REPOSITORY, 'bench/peers/polars_backfill.py'),
    JSON.stringify(taskOf(job, name)),
  ];
  return [
    {
      name,
      what: 'Python: Polars reads, windows in NumPy, onnxruntime',
      sink: sinkOf(job, name),
      program: { command: python(), args },
    },
  ];
}

/** DuckDB merely reads the three columns. */
export function limits(samples: string): Contender[] {
  const scan = (way: string): Program => nodeProgram(peerFile('duckdb-scan.ts'), [way, samples]);
  return [
    {
      name: 'scan to Node',
      what: 'DuckDB hands the three columns to Node, chunk by chunk; nobody looks at them',
      program: scan('to-node'),
    },
    {
      name: 'scan inside',
      what: 'DuckDB reads the three columns and adds them up inside',
      program: scan('inside'),
    },
  ];
}

function taskOf(job: Job, name: string): PeerTask {
  const { samples, definitions } = job;
  const model = join(MODELS, 'extrusion-quality', '1', 'model.onnx');
  return { samples, definitions, model, sink: sinkOf(job, name) };
}

const peerFile = (file: string): string => join(import.meta.dirname, 'peers', file);

/** `BENCH_PYTHON`, a virtual environment in `bench/.data/venv`, or python3. */
function python(): string {
  const own = join(DATA, 'venv', 'bin', 'python');
  return process.env['BENCH_PYTHON'] ?? (existsSync(own) ? own : 'python3');
}

function lookForPolars(): string | null {
  const found = spawnSync(python(), ['-c', 'import polars, numpy, onnxruntime']);
  if (found.status === 0) return null;
  return 'Polars was left out: no Python with polars, numpy and onnxruntime (python3, or the one that BENCH_PYTHON names).';
}

/** Versions of Python's packages, where they take part. */
export function pythonVersions(): Readonly<Record<string, string>> {
  if (polarsMissing !== null) return {};
  const script =
    'import json, platform, polars, numpy, onnxruntime as o; print(json.dumps({"python": platform.python_version(), "polars": polars.__version__, "numpy": numpy.__version__, "onnxruntime": o.__version__}))';
  const { stdout } = spawnSync(python(), ['-c', script], { encoding: 'utf8' });
  return JSON.parse(stdout) as Record<string, string>;
}
