import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { hasEnded, ownIdentity } from '../../src/processes/has-ended.ts';
import type { ProcessIdentity } from '../../src/processes/process-identity.ts';
import { hostSystem } from '../../src/processes/process-system.ts';
import { fakeLinux, fakeOther, type FakeMachine, type FakeProcess } from './fake-system.ts';

/** The process 42, which began at 900, as it knew itself. */
const other = (machine: FakeMachine = {}): ProcessIdentity =>
  ownIdentity(fakeLinux({ ...machine, pid: 42, processes: { 42: { began: 900 } } }));
/** What process 1 of the same machine says of it, where 42 is now what is given. */
const seen = (now: FakeProcess | null): boolean | null =>
  hasEnded(other(), fakeLinux({ processes: now === null ? { 1: {} } : { 1: {}, 42: now } }));

describe('a process of this machine', () => {
  it('lives while its number is that of a process which began when it did', () => {
    expect(seen({ began: 900 })).toBe(false);
    const system = fakeLinux();
    expect(hasEnded(ownIdentity(system), system)).toBe(false);
  });

  it('has ended when its number is free', () => {
    expect(seen(null)).toBe(true);
  });

  it('has ended when its number was given to another, even to the one that asks', () => {
    expect(seen({ began: 901 })).toBe(true);
    const system = fakeLinux({ pid: 42, processes: { 42: { began: 901 } } });
    expect(hasEnded(other(), system)).toBe(true);
  });

  it("is told as surely where it is another user's", () => {
    expect(seen({ began: 900, isForeign: true })).toBe(false);
    expect(seen({ began: 901, isForeign: true })).toBe(true);
  });

  it('cannot be told where the system hides it, or it never knew when it began', () => {
    expect(seen({ began: 900, isForeign: true, isHidden: true })).toBe(null);
    expect(seen({ began: 900, isHidden: true })).toBe(null);
    const system = fakeLinux({ processes: { 42: { began: 900 } } });
    expect(hasEnded({ ...other(), began: null }, system)).toBe(null);
    expect(hasEnded({ ...other(), began: null }, fakeLinux())).toBe(true);
  });

  it('has ended when nobody but its parent has yet to hear of it', () => {
    expect(seen({ began: 900, state: 'Z' })).toBe(true);
    expect(seen({ began: 900, state: 'Z', threads: 3 })).toBe(false);
  });

  it('may have a program with any name', () => {
    expect(seen({ began: 900, program: 'a) Z 1 (b' })).toBe(false);
    expect(seen({ began: 901, program: ') S 1 1 1' })).toBe(true);
  });

  it('cannot be told by a number that no process can have', () => {
    const strict = {
      ...fakeLinux(),
      probe: (): void => {
        throw new TypeError('expected an int32');
      },
    };
    expect(hasEnded({ ...other(), pid: 2 ** 40 }, strict)).toBe(null);
  });
});

describe('a process of another machine', () => {
  it.each<[string, FakeMachine]>([
    ['a container that counts for itself', { space: 'pid:[4026532305]' }],
    ['one that has booted since', { boot: 'boot-2' }],
    ['another host', { host: 'node-8' }],
    ['a container with a clock of its own', { clock: 'time:[4026532306]' }],
    ['a Linux without spaces of time', { clock: null }],
  ])('cannot be told: %s', (_, machine) => {
    for (const processes of [{ 1: {} }, { 1: {}, 42: { began: 900 } }, { 1: {}, 42: {} }]) {
      expect(hasEnded(other(machine), fakeLinux({ processes }))).toBe(null);
      expect(hasEnded(other(), fakeLinux({ ...machine, processes }))).toBe(null);
    }
  });

  it('is as good as this one where both are an old Linux', () => {
    expect(hasEnded(other({ clock: null }), fakeLinux({ clock: null }))).toBe(true);
  });

  it('cannot be told where the system says nothing of itself, though the number is free', () => {
    const mine = ownIdentity(fakeOther([1]));
    expect(mine).toEqual({ host: 'node-7', machine: null, pid: 1, began: null });
    expect(hasEnded({ ...mine, pid: 42 }, fakeOther([1]))).toBe(null);
    expect(hasEnded({ ...mine, pid: 42 }, fakeLinux())).toBe(null);
    expect(hasEnded(other(), fakeOther([1]))).toBe(null);
  });
});

describe.skipIf(process.platform !== 'linux')('on this machine (skipped: only Linux tells)', () => {
  it('another process lives, and has ended', async () => {
    const script = `
      import { hostSystem, ownIdentity } from '@windrow/io';
      console.log(JSON.stringify(ownIdentity(hostSystem)));
      process.stdin.resume();`;
    const args = ['--conditions=windrow-source', '--input-type=module', '--eval', script];
    const child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: import.meta.dirname,
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const identity = JSON.parse(String(line)) as ProcessIdentity;
    expect(identity.pid).toBe(child.pid);
    expect(hasEnded(identity, hostSystem)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(hasEnded(identity, hostSystem)).toBe(true);
  });

  it('a zombie has ended', async () => {
    // The shell becomes a program that asks for no child's end.
    const child = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const pid = Number(String(line));
      const fields = hostSystem.read(`/proc/${pid}/stat`).split(') ')[1]!.split(' ');
      const identity = { ...ownIdentity(hostSystem), pid, began: fields[19]! };
      await expect.poll(() => hostSystem.read(`/proc/${child.pid}/comm`)).toBe('sleep\n');
      expect(hasEnded(identity, hostSystem)).toBe(false);
      process.kill(pid, 'SIGKILL');
      await expect.poll(() => hasEnded(identity, hostSystem)).toBe(true);
      expect(hostSystem.read(`/proc/${pid}/stat`)).toContain(') Z ');
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
});
