/** One contender, once: a fresh process, on one core where the system can pin it. */
import { nodeEnvironment, nodeFlags } from '@windrow/cli/launch';
import { spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { join } from 'node:path';

/** What a benchmark runs. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
}

/** What one run took. */
export interface Usage {
  /** From start to exit. Other work on the core is in it. */
  readonly wallMs: number;
  /** User and system time of all threads: what the run takes of a core, also where other work shares it. */
  readonly cpuMs: number;
  /** Peak of the resident set. */
  readonly peakBytes: number;
}

const USAGE_REPORT = join(import.meta.dirname, 'usage-report.ts');
const OUTPUT_SHOWN = 4000;

/**
 * A program of ours in Node, run from source, that reports its usage.
 * @param heap as its command is launched
 */
export function nodeProgram(
  file: string,
  args: readonly string[],
  heap: 'small' | 'plain' = 'plain',
): Program {
  const flags = ['--conditions=windrow-source', ...nodeFlags(heap)];
  return { command: process.execPath, args: [...flags, '--import', USAGE_REPORT, file, ...args] };
}

/** The core that contenders share, or null where this system pins no process. */
export function pinnedCore(): number | null {
  return spawnSync('taskset', ['-c', '0', 'true']).status === 0 ? 0 : null;
}

/**
 * Runs a program to its end.
 * @throws Error with the end of its output where it fails
 */
export async function runProcess(program: Program, core: number | null): Promise<Usage> {
  const line = [program.command, ...program.args];
  const [command, ...args] = core === null ? line : ['taskset', '-c', String(core), ...line];
  const startMs = performance.now();
  const child = spawn(command!, args, {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...nodeEnvironment(import.meta.dirname), ...process.env },
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const streams = [1, 2, 3].map((i) => text(child.stdio[i] as Readable));
  const [code, ...texts] = await Promise.all([exit, ...streams]);
  const wallMs = performance.now() - startMs;
  const [output = '', errors = '', report = ''] = texts;
  if (code !== 0 || report === '') {
    const end = `${output}${errors}`.slice(-OUTPUT_SHOWN);
    throw new Error(`${line.join(' ')}: exit code ${code}\n${end}`);
  }
  const { cpuMs, peakBytes } = JSON.parse(report) as Omit<Usage, 'wallMs'>;
  return { wallMs, cpuMs, peakBytes };
}
