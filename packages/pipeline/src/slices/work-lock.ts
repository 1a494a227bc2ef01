/**
 * One run at a time in a work folder.
 *
 *     OUT.windrow/owner-000001.json    who was there first; owner-000002.json who took over, and so on
 *
 * Whoever makes the next file (exclusively, so that of several only one does) owns the folder. It takes over only from an owner who is
 * dead: whose process has ended or, where that cannot be told from here, whose file has not changed for a while, which a living owner
 * rewrites every few seconds. An owner who was asleep for so long that another took over finds that out before it records anything.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WindrowError, messageOf } from '@windrow/core';
import {
  hasEnded,
  hostSystem,
  makeFolder,
  ownIdentity,
  type ProcessIdentity,
  type ProcessSystem,
} from '@windrow/io';

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
interface Owner extends ProcessIdentity {
  /** Of this lock: a process may have several. */
  readonly id: string;
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
   * @param system where processes are looked for; that of this one, but in tests
   * @throws WindrowError USAGE where another run is at work there; OUTPUT where the folder cannot be written
   */
  static async acquire(
    folder: string,
    note: (text: string) => void,
    times: LockTimes = TIMES,
    system: ProcessSystem = hostSystem,
  ): Promise<WorkLock> {
    const owner: Owner = { id: randomUUID(), ...ownIdentity(system) };
    try {
      for (;;) {
        await makeFolder(folder);
        const last = Math.max(0, ...(await generations(folder)));
        if (last > 0) await refuseLiving(folder, last, { note, system, ...times });
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

interface Looking {
  readonly note: (text: string) => void;
  readonly system: ProcessSystem;
}

/** Comes back when the owner is dead, or gone. */
async function refuseLiving(
  folder: string,
  generation: number,
  { watchMs, note, system }: LockTimes & Looking,
): Promise<void> {
  const path = fileOf(folder, generation);
  const first = await readFile(path, 'utf8').catch(() => null);
  if (first === null) return;
  const owner = ownerIn(first);
  const who = owner === null ? 'another run' : `process ${owner.pid} on ${owner.host}`;
  const isDead = owner === null ? null : hasEnded(owner, system);
  if (isDead === null) {
    note(
      `${folder}: was left by ${who}; looking for ${Math.ceil(watchMs / 1000)} s whether it is alive`,
    );
  }
  if (isDead ?? !(await beats(path, first, watchMs))) return;
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

function ownerIn(text: string): ProcessIdentity | null {
  try {
    const { host, machine, pid, began } = JSON.parse(text) as Partial<Owner>;
    if (pid === undefined || !Number.isSafeInteger(pid) || pid <= 0) return null;
    return { host: String(host), machine: machine ?? null, pid, began: began ?? null };
  } catch {
    return null;
  }
}
