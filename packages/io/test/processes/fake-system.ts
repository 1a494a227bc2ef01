/** A Linux machine of which the tests say what runs on it. */
import type { ProcessSystem } from '../../src/processes/process-system.ts';

export interface FakeProcess {
  readonly began?: number;
  readonly state?: string;
  readonly threads?: number;
  readonly program?: string;
  /** Another user's: it is there, and may not be signalled. */
  readonly isForeign?: boolean;
  /** `/proc` does not show it. */
  readonly isHidden?: boolean;
}

export interface FakeMachine {
  readonly host?: string;
  readonly boot?: string;
  /** Of process numbers. */
  readonly space?: string;
  /** null: this Linux is too old for spaces of time. */
  readonly clock?: string | null;
  /** Of the process that asks. */
  readonly pid?: number;
  readonly processes?: Readonly<Record<number, FakeProcess>>;
}

export function fakeLinux(machine: FakeMachine = {}): ProcessSystem {
  const { host = 'node-7', boot = 'boot-1', space = 'pid:[4026532201]' } = machine;
  const { clock = 'time:[4026531834]', pid = 1, processes = { 1: {} } } = machine;
  const files = new Map([['/proc/sys/kernel/random/boot_id', `${boot}\n`]]);
  for (const [number, process] of Object.entries(processes)) {
    if (process.isHidden !== true) files.set(`/proc/${number}/stat`, statOf(number, process));
  }
  const links = new Map([['/proc/self/ns/pid', space]]);
  if (clock !== null) links.set('/proc/self/ns/time', clock);
  return {
    host,
    pid,
    probe: (number) => {
      const process = processes[number];
      if (process === undefined) throw failure('ESRCH');
      if (process.isForeign === true) throw failure('EPERM');
    },
    read: (path) => files.get(path) ?? missing(),
    link: (path) => links.get(path) ?? missing(),
  };
}

/** A system without `/proc`. */
export function fakeOther(processes: readonly number[]): ProcessSystem {
  return {
    host: 'node-7',
    pid: 1,
    probe: (number) => {
      if (!processes.includes(number)) throw failure('ESRCH');
    },
    read: missing,
    link: missing,
  };
}

/** As proc_pid_stat(5) has it: 52 fields, of which the second is a name in parentheses. */
function statOf(number: string, process: FakeProcess): string {
  const { began = 500, state = 'S', threads = 1, program = 'node' } = process;
  const fields = Array.from({ length: 50 }, () => '7');
  fields[0] = state;
  fields[17] = String(threads);
  fields[19] = String(began);
  return `${number} (${program}) ${fields.join(' ')}\n`;
}

function missing(): never {
  throw failure('ENOENT');
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
