/**
 * One run at a time in a work folder.
 *
 *     OUT.windrow/owner-000001.json    who was there first; owner-000002.json who took over, and so on
 *
 * Whoever makes the next file (exclusively, so that of several only one does) owns the folder. It takes over only from an owner who is
 * dead: whose process is gone from this machine, or whose file has not changed for a while, which a living owner rewrites every few
 * seconds. An owner who was asleep for so long that another took over finds that out before it records anything.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { open, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { kill, pid } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { WindrowError, messageOf } from '@windrow/core';
import { makeFolder } from '@windrow/io';

/** How a living owner is told from a dead one. */
export interface LockTimes {
  /** An owner rewrites its file so often. */
  readonly beatMs: number;
  /** An owner elsewhere whose file did not change for so long is dead. */
  readonly watchMs: number;
}

const TIMES: LockTimes = { beatMs: 3000, watchMs: 15_000 };
/** Looks at another's file so many times while it watches. */
const LOOKS = 10;
const NAME = /^owner-(\d{6,15})\.json$/;

/** What the file says. */
interface Owner {
  readonly id: string;
  readonly host: string;
  /** Where process ids are counted; null where the system does not say. Containers may share a name, and count by themselves. */
  readonly machine: string | null;
  readonly pid: number;
  /** When the process began, by its machine. */
  readonly began: string | null;
}

export class WorkLock {
  readonly #folder: string;
  readonly #generation: number;
  readonly #owner: Owner;
  readonly #timer: NodeJS.Timeout;
  #beat = 0;

  private constructor(folder: string, generation: number, owner: Owner, beatMs: number) {
    this.#folder = folder;
    this.#generation = generation;
    this.#owner = owner;
    this.#timer = setInterval(() => void this.#renew(), beatMs).unref();
  }

  /**
   * Makes the folder where it is missing, and becomes its owner.
   * @param note told when it has to watch whether another run is alive
   * @throws WindrowError USAGE where another run is at work there; OUTPUT where the folder cannot be written
   */
  static async acquire(
    folder: string,
    note: (text: string) => void,
    times: LockTimes = TIMES,
  ): Promise<WorkLock> {
    const owner: Owner = {
      ...{ id: randomUUID(), host: hostname(), machine: machine() },
      ...{ pid, began: beginningOf(pid) },
    };
    try {
      for (;;) {
        await makeFolder(folder);
        const last = Math.max(0, ...(await generations(folder)));
        if (last > 0) await refuseLiving(folder, last, { note, ...times });
        if (!(await claim(folder, last + 1, owner))) continue;
        for (let old = last; old > 0; old--) await rm(fileOf(folder, old), { force: true });
        return new WorkLock(folder, last + 1, owner, times.beatMs);
      }
    } catch (error) {
      if (error instanceof WindrowError) throw error;
      const message = `${folder}: ${messageOf(error)}, expected a folder that can be written`;
      throw new WindrowError('OUTPUT', message, { cause: error });
    }
  }

  /** @throws WindrowError OUTPUT where another run has taken the folder over meanwhile */
  async assertHeld(): Promise<void> {
    const last = Math.max(0, ...(await generations(this.#folder)));
    if (last === this.#generation) return;
    throw new WindrowError(
      'OUTPUT',
      `${this.#folder}: found that another run has taken it over while this one stood still; expected to be alone. Let the other one finish`,
    );
  }

  /** Others may come. The folder goes if nothing else is in it. */
  async release(): Promise<void> {
    clearInterval(this.#timer);
    await rm(fileOf(this.#folder, this.#generation), { force: true });
    await rmdir(this.#folder).catch(() => undefined);
  }

  /** Says that this run is alive. What cannot be written now is written the next time. */
  async #renew(): Promise<void> {
    const path = fileOf(this.#folder, this.#generation);
    // Not made again where it was removed.
    const file = await open(path, 'r+').catch(() => null);
    await file?.writeFile(textOf(this.#owner, ++this.#beat)).catch(() => undefined);
    await file?.close();
  }
}

/** Whether a file in a work folder is that of an owner. */
export function isLockName(name: string): boolean {
  return NAME.test(name);
}

function fileOf(folder: string, generation: number): string {
  return join(folder, `owner-${String(generation).padStart(6, '0')}.json`);
}

/** Of one length, however many beats there were, so that a file is never half old. */
function textOf(owner: Owner, beat: number): string {
  return `${JSON.stringify({ ...owner, beat: String(beat).padStart(12, '0') })}\n`;
}

async function generations(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
}

/** Whether the file is ours now; false where another was faster. */
async function claim(folder: string, generation: number, owner: Owner): Promise<boolean> {
  try {
    await writeFile(fileOf(folder, generation), textOf(owner, 0), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Comes back when the owner is dead, or gone. */
async function refuseLiving(
  folder: string,
  generation: number,
  { watchMs, note }: LockTimes & { readonly note: (text: string) => void },
): Promise<void> {
  const path = fileOf(folder, generation);
  const first = await readFile(path, 'utf8').catch(() => null);
  if (first === null) return;
  const owner = ownerIn(first);
  const who = owner === null ? 'another run' : `process ${owner.pid} on ${owner.host}`;
  const isAlive = isRunning(owner);
  if (isAlive === null) {
    note(
      `${folder}: was left by ${who}; looking for ${Math.ceil(watchMs / 1000)} s whether it is alive`,
    );
  }
  if (!(isAlive ?? (await beats(path, first, watchMs)))) return;
  throw new WindrowError(
    'USAGE',
    `${folder}: found ${who} at work there, expected nobody; wait until it has ended, or give this run an output or a --work-folder of its own`,
  );
}

/** Whether a file changes before the time is over; false too where it goes. */
async function beats(path: string, first: string, watchMs: number): Promise<boolean> {
  for (let look = 0; look < LOOKS; look++) {
    await sleep(watchMs / LOOKS);
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text !== first) return text !== null;
  }
  return false;
}

function ownerIn(text: string): Owner | null {
  try {
    const owner = JSON.parse(text) as Owner;
    return Number.isSafeInteger(owner.pid) && owner.pid > 0 ? owner : null;
  } catch {
    return null;
  }
}

/** Whether an owner is a process of this machine; null where that cannot be said. */
function isRunning(owner: Owner | null): boolean | null {
  if (owner?.machine == null || owner.machine !== machine()) return null;
  try {
    kill(owner.pid, 0);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (isGone) return false;
  }
  // Its number may have been given to another since.
  return beginningOf(owner.pid) === owner.began;
}

/** This boot of this machine, and the space in which it counts processes; null where the system does not say. */
function machine(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}

/** When a process began, in ticks of its machine; null where the system does not say. */
function beginningOf(ofPid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${ofPid}/stat`, 'latin1');
    // The name of the program, in parentheses, may hold anything; the 20th field after it is the start.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
