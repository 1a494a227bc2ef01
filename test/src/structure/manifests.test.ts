import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WINDROW_VERSION } from '@windrow/cli';
import { describe, expect, it } from 'vitest';
import { fakePackage } from './fake-package.ts';
import { unlikeManifests } from './manifests.ts';
import { readManifest, readPackages, root } from './workspace.ts';

const packages = readPackages();
const rootManifest = readManifest('package.json');

describe('manifests', () => {
  it('agree with the root', () => {
    expect(unlikeManifests(packages, rootManifest)).toEqual([]);
  });

  it('have the version that commands print', () => {
    expect(rootManifest.version).toBe(WINDROW_VERSION);
  });

  it.each([
    ['version', { version: '1.0.1' }],
    ['license', { license: 'MIT' }],
    ['type', { type: 'commonjs' }],
    ['name', { name: '@windrow/other' }],
    ['dependencies.zod', { dependencies: { zod: '^4.0.0' } }],
    ['dependencies.@windrow/core', { dependencies: { '@windrow/core': '1.0.1' } }],
    ['files', { bin: { 'windrow-io': 'bin/windrow-io.mjs' }, files: ['src'] }],
  ])('differ in %s', (field, manifest) => {
    const pkg = fakePackage('packages/io', {}, manifest);
    expect(unlikeManifests([pkg], { version: '1.0.0', license: 'Apache-2.0' })).toEqual([
      expect.stringContaining(`packages/io/package.json: ${field}: found`),
    ]);
  });
});

describe('tsconfig.json', () => {
  it('builds every package that has sources', () => {
    const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as {
      references: readonly { path: string }[];
    };
    const built = packages
      .map((pkg) => pkg.path)
      .filter((path) => existsSync(join(root, path, 'tsconfig.json')));
    expect(references.map(({ path }) => path).toSorted()).toEqual(
      [...built, './tsconfig.test.json'].toSorted(),
    );
  });
});
