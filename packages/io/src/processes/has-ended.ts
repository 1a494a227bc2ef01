/**
 * The one answer to whether another process is still alive: yes, no, or that it cannot be told from here.
 *
 *     counted on this machine, in this boot, in this space of numbers?    no, not known ──> cannot be told
 *     is its number in use?                                               no ─────────────> has ended
 *     did the process that has it begin when the other one did?           no ─────────────> has ended
 *     does only its parent's knowledge of its end remain (a zombie)?      yes ────────────> has ended
 *                                                                         no ─────────────> lives
 *
 * Only Linux says enough (`/proc`); elsewhere it is always the first line. A machine that has booted since is another machine: nobody can
 * tell it from one of the same name.
 */
import { createHash } from 'node:crypto';
import type { ProcessIdentity } from './process-identity.ts';
import type { ProcessSystem } from './process-system.ts';

/** This process. */
export function ownIdentity(system: ProcessSystem): ProcessIdentity {
  const { host, pid } = system;
  return { host, machine: machineOf(system), pid, began: statusOf(pid, system)?.began ?? null };
}

/** Whether a process is gone for good; null where that cannot be told from here. Never true of one that lives. */
export function hasEnded(other: ProcessIdentity, system: ProcessSystem): boolean | null {
  if (other.machine === null || other.machine !== machineOf(system)) return null;
  if (!isInUse(other.pid, system)) return true;
  // Some systems hide what belongs to other users.
  const status = statusOf(other.pid, system);
  if (status === null || other.began === null) return null;
  return status.began !== other.began || status.isZombie;
}

/** Whether a number is that of a process now, whosever it is. */
function isInUse(pid: number, { probe }: ProcessSystem): boolean {
  try {
    probe(pid);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

/** Where processes are counted; null where the system does not say. */
function machineOf({ host, read, link }: ProcessSystem): string | null {
  const boot = orNull(() => read('/proc/sys/kernel/random/boot_id').trim());
  const numbers = orNull(() => link('/proc/self/ns/pid'));
  if (boot === null || numbers === null) return null;
  // Starts are told by the clock of a space of time, where there are such.
  const clock = orNull(() => link('/proc/self/ns/time'));
  const place = JSON.stringify([host, boot, numbers, clock]);
  return createHash('sha256').update(place).digest('hex').slice(0, 16);
}

interface ProcessStatus {
  readonly began: string;
  readonly isZombie: boolean;
}

/** null where there is no such process, or the system does not say. */
function statusOf(pid: number, { read }: ProcessSystem): ProcessStatus | null {
  const stat = orNull(() => read(`/proc/${pid}/stat`));
  if (stat === null) return null;
  // The name of the program, in parentheses, may hold anything. After it: state, ..., 18th threads, ..., 20th start (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, threads, began] = [fields[0], fields[17], fields[19]];
  if (began === undefined || !/^\d+$/.test(began)) return null;
  // While it is being killed, other threads of it may still write.
  return { began, isZombie: (state === 'Z' || state === 'X') && Number(threads) <= 1 };
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
