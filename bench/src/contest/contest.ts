/** Contenders in turns, so that what disturbs the machine for a while disturbs all of them. */
import { loadavg } from 'node:os';
import { runProcess, type Program, type Usage } from './run-process.ts';

export interface Contender {
  /** Short, unique in its contest. */
  readonly name: string;
  /** One line: what it does. */
  readonly what: string;
  readonly program: Program;
  /** The core that it runs on, or null: any. Default: that of the contest. */
  readonly core?: number | null;
}

/** Least and middle value of the rounds. */
export interface Spread {
  readonly min: number;
  readonly median: number;
}

export interface Result {
  readonly name: string;
  readonly what: string;
  readonly cpuMs: Spread;
  readonly wallMs: Spread;
  readonly peakBytes: Spread;
}

export interface ContestResult {
  readonly rounds: number;
  /** The core that all ran on; null where none was pinned. */
  readonly core: number | null;
  /** Runnable processes (mean of a minute) before the rounds and after each, with the contenders themselves. */
  readonly loads: readonly number[];
  readonly results: readonly Result[];
}

export interface ContestOptions {
  readonly rounds: number;
  readonly core: number | null;
  /** Told before each run. */
  readonly onRun: (name: string, round: number) => void;
}

/** Runs every contender once a round. */
export async function holdContest(
  contenders: readonly Contender[],
  { rounds, core, onRun }: ContestOptions,
): Promise<ContestResult> {
  const usages = contenders.map((): Usage[] => []);
  const loads = [loadavg()[0]!];
  for (let round = 1; round <= rounds; round++) {
    for (const [i, { name, program, core: own = core }] of contenders.entries()) {
      onRun(name, round);
      usages[i]!.push(await runProcess(program, own));
    }
    loads.push(loadavg()[0]!);
  }
  const results = contenders.map(({ name, what }, i) => ({
    name,
    what,
    cpuMs: spreadOf(usages[i]!.map((usage) => usage.cpuMs)),
    wallMs: spreadOf(usages[i]!.map((usage) => usage.wallMs)),
    peakBytes: spreadOf(usages[i]!.map((usage) => usage.peakBytes)),
  }));
  return { rounds, core, loads, results };
}

/** Under which conditions the numbers came about, for the page. */
export function conditionsOf({ rounds, core, loads }: ContestResult): string {
  const where = core === null ? '' : ` on core ${core}`;
  const load = loads.map((value) => value.toFixed(1)).join(', ');
  return `${rounds} rounds in turns, each run a fresh process${where} with its start in the time. CPU is user and system time of all its threads: on one core of an idle machine that is the wall time. Load of the machine (runnable processes, mean of a minute; the contender is one of them) before the rounds and after each: ${load}.`;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { min: sorted[0]!, median: sorted[Math.floor((sorted.length - 1) / 2)]! };
}
