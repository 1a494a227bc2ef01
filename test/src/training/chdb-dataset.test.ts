/** The same dataset from a file and from the ClickHouse inside the process, whatever the order of insertion, with duplicate rows. */
import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { NO_CHDB, hasChdb } from '../clickhouse/chdb-engine.ts';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';
import { inFolder, succeed } from './in-folder.ts';

const ROUGH = fixture('data/liveline-30min-rough.parquet');

function exportArgs(source: string, out: string): string[] {
  return [
    ...['--definitions', fixture('definitions/liveline.json'), '--source', source],
    ...['--select', 'liveline-ridge-300-10', '--target', 'next=input:0', '--horizon', '60'],
    ...['--split', 'time:0.6/0.4', '--out', out, '--progress', 'none'],
  ];
}

function dataOf(dataset: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(`${dataset}/data`, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.parquet'))
      .map((path) => [path, readFileSync(`${dataset}/data/${path}`, 'base64')]),
  );
}

describe.skipIf(!hasFixtures || !hasChdb)(`a dataset from ClickHouse${SKIPPED}${NO_CHDB}`, () => {
  it('is that from a file, also where every row is there twice, and keeps the hash of the rows', () =>
    inFolder(async (path) => {
      copyFileSync(ROUGH, path('first.parquet'));
      copyFileSync(ROUGH, path('second.parquet'));
      await succeed('train-export', exportArgs(ROUGH, path('file')));
      await succeed('train-export', exportArgs(`chdb:${path('*.parquet')}`, path('chdb')));
      expect(dataOf(path('chdb'))).toEqual(dataOf(path('file')));
      const { source, counts } = JSON.parse(readFileSync(path('chdb/dataset.json'), 'utf8')) as {
        source: { snapshot: { content: { rows: number; hash: string } } };
        counts: { samples: { received: number; duplicate: number } };
      };
      expect(source.snapshot.content.hash).toMatch(/^[0-9A-F]+$/);
      expect(source.snapshot.content.rows).toBe(counts.samples.received);
      expect(counts.samples.duplicate).toBeGreaterThan(counts.samples.received / 3);
    }));
});
