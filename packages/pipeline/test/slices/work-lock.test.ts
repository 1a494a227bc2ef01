import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostSystem } from '@windrow/io';
import { WorkLock } from '../../src/slices/work-lock.ts';

/** Nobody may wait so long in a test: where an owner is known to be dead or alive, nothing is watched. */
const AT_ONCE = { beatMs: 1e6, watchMs: 1e8 };
const WATCH = { beatMs: 1e6, watchMs: 200 };

let parent: string;
let folder: string;
let notes: string[];
const note = (text: string): unknown => notes.push(text);
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'windrow-lock-'));
  folder = join(parent, 'out.parquet.windrow');
  notes = [];
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const fileOf = (generation: number): string => join(folder, `owner-00000${generation}.json`);

/** What an owner on this machine leaves behind. */
async function left(changed: object): Promise<void> {
  const lock = await WorkLock.acquire(folder, note, AT_ONCE);
  const text = readFileSync(fileOf(1), 'utf8');
  await lock.release();
  mkdirSync(folder);
  writeFileSync(fileOf(1), JSON.stringify({ ...(JSON.parse(text) as object), ...changed }));
}

const isLinux = process.platform === 'linux';

describe('the owner of a work folder', () => {
  it.skipIf(!isLinux)('is refused at once where no folder can be made', async () => {
    await expect(WorkLock.acquire('/proc/none', note, AT_ONCE)).rejects.toThrow(
      /expected a folder that can be written/,
    );
  });

  it('is alone while it is there, and named to who comes', async () => {
    const lock = await WorkLock.acquire(folder, note, isLinux ? AT_ONCE : WATCH);
    if (!isLinux) return lock.release();
    await expect(WorkLock.acquire(folder, note, AT_ONCE)).rejects.toMatchObject({
      code: 'USAGE',
      message: `${folder}: found process ${process.pid} on ${hostname()} at work there, expected nobody; wait until it has ended, or give this run an output or a --work-folder of its own`,
    });
    await lock.assertHeld();
    await lock.release();
    expect(existsSync(folder)).toBe(false);
    await (await WorkLock.acquire(folder, note, AT_ONCE)).release();
    expect(notes).toEqual([]);
  });

  it.skipIf(!isLinux).each([
    ['whose process is gone', () => ({ pid: spawnSync(process.execPath, ['-e', '']).pid })],
    ['whose number has another process now', () => ({ began: '1' })],
  ])('%s, is followed at once (skipped: only Linux tells)', async (_, change) => {
    await left(change());
    const lock = await WorkLock.acquire(folder, note, AT_ONCE);
    expect(readdirSync(folder)).toEqual(['owner-000002.json']);
    await lock.assertHeld();
    await lock.release();
    expect(notes).toEqual([]);
  });

  it('that cannot be told is watched, though it has the number and host of this one', async () => {
    // Two containers of one name, on one volume: each counts from 1.
    const other = { ...hostSystem, link: (path: string) => `${path} of another` };
    const lock = await WorkLock.acquire(folder, note, { ...AT_ONCE, beatMs: 2 }, other);
    await expect(WorkLock.acquire(folder, note, WATCH)).rejects.toMatchObject({ code: 'USAGE' });
    expect(notes).toHaveLength(1);
    await lock.assertHeld();
    await lock.release();
  });

  it.each([
    [
      'on another machine',
      'process 1 on node-7',
      () => left({ machine: 'elsewhere', host: 'node-7', pid: 1 }),
    ],
    ['of a number that no process has', 'another run', () => left({ pid: 0 })],
    [
      'that died before it said who it was',
      'another run',
      () => left({}).then(() => writeFileSync(fileOf(1), '')),
    ],
  ])('%s, is followed when it has not moved for a while', async (_, who, leave) => {
    await leave();
    const lock = await WorkLock.acquire(folder, note, WATCH);
    expect(notes).toEqual([`${folder}: was left by ${who}; looking for 1 s whether it is alive`]);
    await lock.assertHeld();
    await lock.release();
  });

  it('on another machine that is alive stays', async () => {
    await left({ machine: 'elsewhere', host: 'node-7', pid: 1 });
    const seen = (text: string): void => {
      note(text);
      writeFileSync(fileOf(1), readFileSync(fileOf(1), 'utf8').replace('"0000', '"1000'));
    };
    await expect(WorkLock.acquire(folder, seen, WATCH)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('found process 1 on node-7 at work there') as string,
    });
  });

  it('is one of several that come together', async () => {
    await left({ machine: 'elsewhere' });
    const all = await Promise.allSettled(
      Array.from({ length: 4 }, () => WorkLock.acquire(folder, note, WATCH)),
    );
    const owners = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(owners).toHaveLength(1);
    await owners[0]!.assertHeld();
    await owners[0]!.release();
  });

  it('says again and again that it is alive, and learns that it was taken for dead', async () => {
    const lock = await WorkLock.acquire(folder, note, { ...AT_ONCE, beatMs: 2 });
    const first = readFileSync(fileOf(1), 'utf8');
    await expect.poll(() => readFileSync(fileOf(1), 'utf8')).not.toBe(first);
    writeFileSync(fileOf(2), first);
    await expect(lock.assertHeld()).rejects.toMatchObject({
      code: 'OUTPUT',
      message: expect.stringContaining('another run has taken it over') as string,
    });
    await lock.release();
    expect(readdirSync(folder)).toEqual(['owner-000002.json']);
  });

  it('needs a folder that can be written', async () => {
    writeFileSync(folder, 'a file');
    await expect(WorkLock.acquire(folder, note)).rejects.toMatchObject({
      code: 'OUTPUT',
      message: expect.stringContaining(folder) as string,
    });
  });
});
