/** What the operating system says of processes; handed over, so that others can be played. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { kill, pid } from 'node:process';

export interface ProcessSystem {
  readonly host: string;
  /** Number of this process. */
  readonly pid: number;
  /** Asks whether a process is there, as `kill(pid, 0)` does. @throws with `code` ESRCH where none is, EPERM where it is another user's */
  readonly probe: (pid: number) => void;
  /** Text of a file of the system, such as those in `/proc`. @throws where it cannot be read */
  readonly read: (path: string) => string;
  /** What a link of the system points to. @throws where it cannot be read */
  readonly link: (path: string) => string;
}

/** The system under this process. */
export const hostSystem: ProcessSystem = {
  host: hostname(),
  pid,
  probe: (other) => void kill(other, 0),
  read: (path) => readFileSync(path, 'latin1'),
  link: (path) => readlinkSync(path),
};
