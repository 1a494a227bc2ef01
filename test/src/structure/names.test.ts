import { describe, expect, it } from 'vitest';
import { fakePackage } from './fake-package.ts';
import { badNames, strayTests } from './names.ts';
import { readFiles, readPackages } from './workspace.ts';

const packages = readPackages();

describe('names', () => {
  it('are in kebab-case and say what is inside', () => {
    const files = [...packages.flatMap((pkg) => pkg.files), ...readFiles('scripts/**/*.{ts,mjs}')];
    expect(badNames(files.map((file) => file.path))).toEqual([]);
  });

  it.each([
    'packages/io/src/parquetFile.ts',
    'packages/io/src/Parquet/file.ts',
    'packages/io/src/parquet_file.ts',
    'packages/io/src/utils.ts',
    'packages/io/src/helpers/file.ts',
    'packages/io/src/test-helpers.ts',
    'packages/io/test/common.test.ts',
    'packages/io/src/misc/a.ts',
  ])('%s is refused', (path) => {
    expect(badNames([path])).toHaveLength(1);
  });

  it.each([
    'packages/io/src/internal/byte-reader.ts',
    'apps/codec/bin/windrow-codec.mjs',
    'packages/io/src/a.d.ts',
  ])('%s is taken', (path) => {
    expect(badNames([path])).toEqual([]);
  });
});

describe('tests', () => {
  const sources = { 'src/decode/chunk.ts': '', 'src/internal/a.ts': '', 'bin/launch.mjs': '' };
  const fake = (test: string) => fakePackage('packages/codecs', { ...sources, [test]: '' });

  it('mirror the sources', () => {
    const rooms = packages.filter((pkg) => /^(?:packages|apps)\//.test(pkg.path));
    expect(rooms.flatMap(strayTests)).toEqual([]);
  });

  it.each([
    'test/chunks.test.ts',
    'test/decode/other.test.ts',
    'test/a.test.ts',
    'test/none/chunk.test.ts',
    'test/chunk/other.test.ts',
  ])('%s mirrors nothing', (path) => {
    expect(strayTests(fake(path))).toEqual([`packages/codecs/${path}: mirrors nothing in src`]);
  });

  it.each([
    'test/decode/chunk.test.ts',
    'test/decode/chunk-overflow.test.ts',
    'test/decode.test.ts',
    'test/chunk.test.ts',
    'test/chunk/chunk.test.ts',
    'test/chunk/truncation.test.ts',
    'test/decode/truncation.test.ts',
    'test/round-trip.test.ts',
    'test/internal/a.test.ts',
    'test/launch.test.ts',
    'test/fake-file.ts',
  ])('%s mirrors something', (path) => {
    expect(strayTests(fake(path))).toEqual([]);
  });
});
