import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fakePackage } from './fake-package.ts';
import { readTarballs, tarballFaults } from './tarballs.ts';
import { readPackages, root } from './workspace.ts';

const packages = readPackages();
const published = packages.filter(({ manifest }) => manifest.private !== true);

describe('tarballs', () => {
  it('hold the licence, a README, and what package.json lists', () => {
    expect(tarballFaults(packages, readTarballs(packages))).toEqual([]);
  });

  // npm takes a LICENSE of the package's own folder only, and no link to another.
  it.each(published.map(({ path }) => path))('of %s has the licence of the repository', (path) => {
    const text = readFileSync(join(root, path, 'LICENSE'), 'utf8');
    const isSame = text === readFileSync(join(root, 'LICENSE'), 'utf8');
    expect(isSame, `${path}/LICENSE: copy the root's LICENSE over it`).toBe(true);
  });

  it.each(published.map(({ path, manifest }) => [path, manifest.name] as const))(
    'of %s has a README that begins with its name',
    (path, name) => {
      expect(readFileSync(join(root, path, 'README.md'), 'utf8')).toMatch(
        new RegExp(`^# ${name}\\n\\n`),
      );
    },
  );
});

describe('a tarball', () => {
  const io = fakePackage('packages/io', {}, { files: ['dist', 'src'] });
  const whole = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'src/index.ts'];
  const faultsOf = (files: readonly string[], isBuilt = true): string[] =>
    tarballFaults([io], [{ name: '@windrow/io', files }], () => isBuilt);

  it('that is whole has no fault', () => {
    expect(faultsOf(whole)).toEqual([]);
  });

  it.each(whole)('without %s', (missing) => {
    expect(faultsOf(whole.filter((file) => file !== missing))).toEqual([
      expect.stringContaining(`packages/io: expected ${missing.split('/')[0]!}`),
    ]);
  });

  it('needs no dist where none is built', () => {
    const unbuilt = whole.filter((file) => !file.startsWith('dist/'));
    expect(faultsOf(unbuilt, false)).toEqual([]);
  });

  it.each([
    'test/io.test.ts',
    'tsconfig.tsbuildinfo',
    'tsconfig.json',
    'dist/tsconfig.tsbuildinfo',
    'dist/io.test.js',
    'src/test/io.ts',
    'src/.env',
  ])('with %s', (extra) => {
    expect(faultsOf([...whole, extra])).toEqual([`packages/io: found ${extra} in its tarball`]);
  });

  it('that is missing', () => {
    expect(tarballFaults([io], [])).toEqual(['packages/io: found no tarball of @windrow/io']);
  });

  it('is not expected of a package that stays here', () => {
    expect(tarballFaults([fakePackage('bench', {}, { private: true })], [])).toEqual([]);
  });
});
