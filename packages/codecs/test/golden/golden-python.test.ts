import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readChunkInfo } from '../../src/index.ts';
import { chunkOf, decoded, difference } from '../chunk/round-trip.ts';
import { GOLDEN_ID, goldenChunks } from './golden-cases.ts';
import { goldenBytes } from './golden-files.ts';

/** The reader and writer that was made from docs/FORMAT.md alone. */
const script = join(import.meta.dirname, '../../../../examples/python/codec/convert.py');
const golden = join(import.meta.dirname, 'v1');

function python(...args: string[]): { status: number | null; stderr: string } {
  // -B: leaves no compiled files in the repository.
  const { status, stderr } = spawnSync('python3', ['-B', script, ...args], { encoding: 'utf8' });
  return { status, stderr };
}

const hasPython = spawnSync('python3', ['-c', 'import zlib']).status === 0;

describe.skipIf(!hasPython)('the Python codec (skipped: python3 is not there)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'windrow-codecs-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('reads every golden chunk to the golden records', () => {
    const pairs = goldenChunks.flatMap(({ name }) => [
      join(golden, `${name}.chunk`),
      join(folder, `${name}.records`),
    ]);
    expect(python('decode', ...pairs, '--id', GOLDEN_ID)).toEqual({ status: 0, stderr: '' });
    for (const { name } of goldenChunks) {
      const records = new Uint8Array(readFileSync(join(folder, `${name}.records`)));
      expect(records).toEqual(goldenBytes(`${name}.chunk.records`));
    }
  });

  it('writes chunks that are read here, with the same statistics', () => {
    const pairs = goldenChunks.flatMap(({ name }) => [
      join(golden, `${name}.chunk.records`),
      join(folder, `${name}.chunk`),
    ]);
    expect(python('encode', '--stats', ...pairs)).toEqual({ status: 0, stderr: '' });
    for (const { name, points } of goldenChunks) {
      const bytes = new Uint8Array(readFileSync(join(folder, `${name}.chunk`)));
      expect(difference(decoded(bytes, points.length), points)).toBeNull();
      const ours = chunkOf(points, { stats: true });
      expect(readChunkInfo(bytes, 0, bytes.length).stats).toEqual(
        readChunkInfo(ours, 0, ours.length).stats,
      );
    }
  });

  it('refuses a damaged chunk', () => {
    const damaged = goldenBytes('gaps-held-decimals-300.chunk');
    damaged[20]! ^= 4;
    const path = join(folder, 'damaged.chunk');
    writeFileSync(path, damaged);
    const { status, stderr } = python('decode', path, join(folder, 'x'));
    expect(status).toBe(1);
    expect(stderr).toContain('a checksum that does not agree');
  });
});
