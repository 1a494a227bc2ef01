/**
 * Which process it is: told from every other one, on this machine and elsewhere, before and after a restart.
 *
 * A number alone says little: it is given out again, and each container counts for itself, often from 1, under a host name that others
 * have too. So the moment of the process's start comes with it, and a digest of all that says where it is counted.
 *
 * As a part of a file's name it is `HOST-PID-BEGAN-MACHINE`, with `x` for what is not known, such as `node-7-4711-98123-0f3a...`.
 */
export interface ProcessIdentity {
  /** For people: machines may share it. */
  readonly host: string;
  /** Host name, boot and space of process numbers, as 16 hexadecimal digits; null where the system does not say. */
  readonly machine: string | null;
  readonly pid: number;
  /** When the process began, in ticks of its machine since its boot; null where the system does not say. */
  readonly began: string | null;
}

const NAME = /^(.*)-(\d{1,10})-(\d{1,20}|x)-([0-9a-f]{16}|x)$/;
/** Characters of a host's name that are kept. */
const HOST_MAX = 24;

/** Letters, digits, `_` and `-`, at most 75 of them; of the host's name the beginning. */
export function processName({ host, machine, pid, began }: ProcessIdentity): string {
  const shown = host.replaceAll(/[^\w-]/g, '_').slice(0, HOST_MAX);
  return `${shown}-${pid}-${began ?? 'x'}-${machine ?? 'x'}`;
}

/** What `processName` has written; null for any other text. */
export function parseProcessName(name: string): ProcessIdentity | null {
  const [, host, pid, began, machine] = NAME.exec(name) ?? [];
  // 0 is no process, but all of a group.
  if (host === undefined || !(Number(pid) > 0)) return null;
  return { host, machine: known(machine), pid: Number(pid), began: known(began) };
}

function known(text: string | undefined): string | null {
  return text === undefined || text === 'x' ? null : text;
}
