/** This process as the owner of a folder under construction. */
import { hostname } from 'node:os';
import { messageOf } from '@windrow/core';
import type { RunOwner } from '@windrow/training';

export function processOwner(): RunOwner {
  const host = hostname().replaceAll(/[^\w-]/g, '_');
  return {
    name: `${host}-${process.pid}`,
    hasEnded: (name) => {
      const [, otherHost, pid] = /^(.+)-(\d+)$/.exec(name) ?? [];
      if (otherHost !== host || pid === undefined) return false;
      // In a container every life may have the same number.
      return Number(pid) === process.pid || !isRunning(Number(pid));
    },
  };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is there, too.
    return messageOf(error).includes('EPERM');
  }
}
