import { spawnSync } from 'node:child_process';
import { hostSystem, parseProcessName, processName, type ProcessSystem } from '@windrow/io';
import { describe, expect, it } from 'vitest';
import { processOwner } from '../src/process-owner.ts';

const { name, hasEnded } = processOwner();
const own = parseProcessName(name)!;

/** Two containers of one host name: each counts its processes from 1. */
const container = (id: number): ProcessSystem => ({
  host: 'exporter',
  pid: 1,
  probe: (pid) => {
    if (pid !== 1) throw Object.assign(new Error('gone'), { code: 'ESRCH' });
  },
  read: (path) => (path.endsWith('stat') ? `1 (node) S${' 1'.repeat(49)}` : 'one boot'),
  link: (path) => `${path} ${id}`,
});

describe('the process as an owner', () => {
  it('has a name that can be a part of a file name', () => {
    expect(name).toMatch(/^[\w-]+$/);
    expect(own.pid).toBe(process.pid);
  });

  it.skipIf(process.platform !== 'linux')(
    'knows which processes of its machine have ended (skipped: only Linux tells)',
    () => {
      const ended = spawnSync(process.execPath, ['--version']);
      expect(hasEnded(processName({ ...own, pid: ended.pid }))).toBe(true);
      expect(hasEnded(processName({ ...own, began: '1' }))).toBe(true);
      expect(hasEnded(name)).toBe(false);
      // Of a process that is there, its start is asked for too.
      expect(hasEnded(processName({ ...own, pid: process.ppid, began: null }))).toBe(null);
    },
  );

  it('does not know about a container of the same name', () => {
    const [one, two] = [processOwner(container(1)), processOwner(container(2))];
    expect(one.hasEnded(one.name)).toBe(false);
    expect(one.hasEnded(two.name)).toBe(null);
    expect(two.hasEnded(one.name)).toBe(null);
  });

  it('does not know where the system says nothing of processes', () => {
    const silent = (): never => {
      throw new Error('no such file');
    };
    const owner = processOwner({ ...hostSystem, read: silent, link: silent });
    expect(owner.name).toMatch(/-\d+-x-x$/);
    expect(owner.hasEnded(owner.name)).toBe(null);
    expect(hasEnded(owner.name)).toBe(null);
  });

  it.each(['elsewhere-1', 'noone', ''])('does not know about %j', (other) => {
    expect(hasEnded(other)).toBe(null);
  });
});
