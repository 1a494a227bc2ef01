import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { processOwner } from '../src/process-owner.ts';

const { name, hasEnded } = processOwner();
const of = (pid: number): string => name.replace(/\d+$/, String(pid));

describe('the process as an owner', () => {
  it('knows its host and its number', () => {
    expect(name).toMatch(/^[\w-]+-\d+$/);
    expect(name.endsWith(`-${process.pid}`)).toBe(true);
  });

  it('knows which processes of its host have ended', () => {
    const ended = spawnSync(process.execPath, ['--version']);
    expect(hasEnded(of(ended.pid))).toBe(true);
    expect(hasEnded(of(process.ppid))).toBe(false);
  });

  it('takes a folder of its own number for one of an earlier life', () => {
    expect(hasEnded(name)).toBe(true);
  });

  it.each(['elsewhere-1', 'noone', ''])('does not know about %j', (other) => {
    expect(hasEnded(other)).toBe(false);
  });
});
