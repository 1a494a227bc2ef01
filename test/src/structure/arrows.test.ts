import { describe, expect, it } from 'vitest';
import { disagreements, forbiddenArrows, trespasses } from './arrows.ts';
import { fakePackage } from './fake-package.ts';
import { readManifest, readPackages } from './workspace.ts';

const packages = readPackages();
const rootManifest = readManifest('package.json');

const core = fakePackage('packages/core', { 'src/index.ts': '' });

describe('arrows between rooms', () => {
  it('point down only', () => {
    expect(forbiddenArrows(packages)).toEqual([]);
  });

  it.each([
    ['packages/io', '@windrow/windowing'],
    ['packages/windowing', '@windrow/scoring'],
    ['packages/codecs', '@windrow/io'],
    ['packages/core', '@windrow/codecs'],
    ['packages/simulator', '@windrow/io'],
    ['packages/cli', '@windrow/pipeline'],
    ['packages/pipeline', '@windrow/simulator'],
    ['apps/backfill', '@windrow/stream'],
    ['test', '@windrow/backfill'],
    ['packages/attic', '@windrow/core'],
  ])('%s -> %s is refused', (path, name) => {
    for (const file of ['src/a.ts', 'test/a.test.ts']) {
      const pkg = fakePackage(path, { [file]: `\nimport { x } from '${name}';` });
      expect(forbiddenArrows([pkg])).toEqual([expect.stringContaining(`${path}/${file}:2: `)]);
    }
  });

  it.each([
    ['packages/pipeline', '@windrow/io'],
    ['packages/io', '@windrow/codecs'],
    ['apps/backfill', '@windrow/simulator'],
    ['packages/core', 'zod'],
  ])('%s -> %s is taken', (path, name) => {
    expect(forbiddenArrows([fakePackage(path, { 'src/a.ts': `import '${name}';` })])).toEqual([]);
  });
});

describe('doors of packages', () => {
  it('are used', () => {
    expect(trespasses(packages)).toEqual([]);
  });

  it.each([
    ['src/a.ts', '../../core/src/time.ts', 'outside of its package'],
    ['test/a.test.ts', '../../core/src/time.ts', 'outside of its package'],
    ['src/a.ts', '@windrow/core/src/time.ts', 'does not export'],
    ['src/a.ts', './files/internal/b.ts', 'internal to packages/io/src/files/'],
    ['src/rows/a.ts', '../files/internal/b.ts', 'internal to packages/io/src/files/'],
  ])('%s importing %s: %s', (file, specifier, fault) => {
    const pkg = fakePackage('packages/io', { [file]: `import '${specifier}';` });
    expect(trespasses([core, pkg])).toEqual([expect.stringContaining(fault)]);
  });

  it.each([
    ['src/files/a.ts', './internal/b.ts'],
    ['src/files/internal/a.ts', './b.ts'],
    ['src/files/deep/a.ts', '../internal/b.ts'],
    ['test/files/a.test.ts', '../../src/files/internal/b.ts'],
    ['src/a.ts', '@windrow/core'],
  ])('%s importing %s is taken', (file, specifier) => {
    const pkg = fakePackage('packages/io', { [file]: `import '${specifier}';` });
    expect(trespasses([core, pkg])).toEqual([]);
  });

  it('test/ importing a script is taken, a package importing one is not', () => {
    const text = "import '../../../scripts/install.mjs';";
    expect(trespasses([fakePackage('test', { 'src/tooling/a.test.ts': text })])).toEqual([]);
    expect(trespasses([fakePackage('packages/io', { 'test/a.test.ts': text })])).toHaveLength(1);
  });
});

describe('manifests and imports', () => {
  it('agree', () => {
    const rootDependencies = Object.keys(rootManifest.devDependencies ?? {});
    expect(disagreements(packages, rootDependencies)).toEqual([]);
  });

  it('disagree about a package that is imported but not named', () => {
    const pkg = fakePackage('packages/io', {
      'src/a.ts': "import { z } from 'zod';",
      'test/a.test.ts': "import 'vitest';\nimport 'sinon';",
    });
    expect(disagreements([pkg], ['vitest'])).toEqual([
      'packages/io/src/a.ts:1: imports zod, which its package.json does not name',
      'packages/io/test/a.test.ts:2: imports sinon, which its package.json does not name',
    ]);
  });

  it('disagree about a room that is named but not imported', () => {
    const pkg = fakePackage('packages/io', {}, { dependencies: { '@windrow/core': '1.0.0' } });
    expect(disagreements([pkg], [])).toEqual([
      'packages/io/package.json: names @windrow/core, which no source file imports',
    ]);
  });
});
