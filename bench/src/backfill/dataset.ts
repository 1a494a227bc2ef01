/** The samples and definitions of the benchmark, generated once and kept in `bench/.data`. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeProgram, runProcess } from '../contest/run-process.ts';
import { DATA, appMain } from '../repository.ts';

export interface DatasetSize {
  readonly lines: number;
  readonly seconds: number;
}

const SENSORS = 25;
const SEED = 7;

/** Samples in a dataset: one a second for each sensor, no gaps. */
export function sampleCount({ lines, seconds }: DatasetSize): number {
  return lines * SENSORS * seconds;
}

/** Lines of a large dataset; more samples are more time. */
const LARGE_LINES = 200;
/** Bytes that a sample takes on disk, rounded up. */
const BYTES_A_SAMPLE = 4;
/** Part of the free disk that may be taken. */
const DISK_SHARE = 0.5;

/** About so many samples, or as many as fit on half of the free disk. */
export function largeSize(rows: number): DatasetSize {
  mkdirSync(DATA, { recursive: true });
  const { bavail, bsize } = statfsSync(DATA);
  const fits = (bavail * bsize * DISK_SHARE) / BYTES_A_SAMPLE;
  const seconds = Math.floor(Math.min(rows, fits) / (LARGE_LINES * SENSORS));
  return { lines: LARGE_LINES, seconds: Math.max(1, seconds) };
}

/** Path of the Parquet file, in order of time, as `windrow-simulate` writes it. */
export async function samplesFile(size: DatasetSize): Promise<string> {
  return made(size, `samples-${size.lines}x${size.seconds}.parquet`, (path) => ['--out', path]);
}

/** Path of the definitions: one a line. */
export async function definitionsFile(size: DatasetSize, stepS: number): Promise<string> {
  return made(size, `definitions-${size.lines}-step-${stepS}.json`, (path) => [
    ...['--definitions', path],
    ...['--step-s', String(stepS)],
  ]);
}

/** Calls `use` with a folder of its own for predictions, and removes it. */
export async function withFolder<Result>(
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  mkdirSync(DATA, { recursive: true });
  const folder = mkdtempSync(join(DATA, 'run-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The command's output appears under its name only when it is complete, so what is there is good. */
async function made(
  { lines, seconds }: DatasetSize,
  name: string,
  outputArgs: (path: string) => readonly string[],
): Promise<string> {
  mkdirSync(DATA, { recursive: true });
  const path = join(DATA, name);
  if (existsSync(path)) return path;
  const size = ['--lines', lines, '--seconds', seconds, '--seed', SEED].map(String);
  const args = [...size, '--sensors', String(SENSORS), ...outputArgs(path), '--progress', 'none'];
  await runProcess(nodeProgram(appMain('simulate'), args), null);
  return path;
}
