/** What `BlobStore` promises, of every implementation; and a job that keeps its state in each. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WindrowError, type BlobStore } from '@windrow/core';
import { FolderBlobStore } from '@windrow/io';
import { GcsBlobStore } from '@windrow/io-gcs';
import { describe, expect, it } from 'vitest';
import { quick, withGcs } from '../gcs/emulated.ts';
import { expectPredictions } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { streamFixture } from '../kit/run-fixture.ts';

type WithStore = (use: (store: BlobStore) => Promise<void>) => Promise<void>;

async function withFolder(use: (store: BlobStore) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'windrow-contract-'));
  try {
    await use(new FolderBlobStore(join(folder, 'blobs')));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const stores: readonly (readonly [string, WithStore])[] = [
  ['a folder', withFolder],
  [
    'Cloud Storage',
    (use) => withGcs(() => use(new GcsBlobStore('gs://plant/blobs', { trying: quick })), 2),
  ],
];

async function names(store: BlobStore, prefix: string): Promise<string[]> {
  return (await store.list(prefix)).map(({ name }) => name);
}

describe.each(stores)('%s as a blob store', (_, withStore) => {
  it('is empty before anything is put', () =>
    withStore(async (store) => {
      expect(await store.list('')).toEqual([]);
      await store.delete('nothing');
      await expect(store.get('nothing')).rejects.toMatchObject({ code: 'INPUT' });
    }));

  it('gives back what was put last, byte by byte', () =>
    withStore(async (store) => {
      const large = Uint8Array.from({ length: 700_000 }, (__, i) => (i * 7) % 256);
      await store.put('a/b/c', Uint8Array.from([1]));
      await store.put('a/b/c', large);
      await store.put('empty', new Uint8Array(0));
      expect(Buffer.compare(await store.get('a/b/c'), large)).toBe(0);
      expect(await store.get('empty')).toHaveLength(0);
      expect(await store.list('')).toEqual([
        { name: 'a/b/c', sizeBytes: 700_000 },
        { name: 'empty', sizeBytes: 0 },
      ]);
    }));

  it('lists by prefix, in order of code units', () =>
    withStore(async (store) => {
      for (const name of ['b/2', 'b/10', 'B', 'a', 'b/1/x', 'bc']) {
        await store.put(name, Uint8Array.from([0]));
      }
      expect(await names(store, '')).toEqual(['B', 'a', 'b/1/x', 'b/10', 'b/2', 'bc']);
      expect(await names(store, 'b/')).toEqual(['b/1/x', 'b/10', 'b/2']);
      expect(await names(store, 'b/1')).toEqual(['b/1/x', 'b/10']);
      await store.delete('b/10');
      expect(await names(store, 'b/')).toEqual(['b/1/x', 'b/2']);
    }));

  it('refuses names that not every store can hold', () =>
    withStore(async (store) => {
      for (const name of ['', '/a', 'a/', '../a', 'a//b', '.a', 'a b']) {
        await expect(store.put(name, Uint8Array.from([0]))).rejects.toThrow(WindrowError);
      }
      expect(await store.list('')).toEqual([]);
    }));

  it.skipIf(!hasFixtures)(`keeps the state of a stream${SKIPPED}`, () =>
    withStore(async (store) => {
      const { predictions } = await streamFixture(
        {
          source: fixture('data/liveline-30min-rough.parquet'),
          definitions: 'liveline-late.json',
        },
        5000,
        { checkpoint: { store, owner: 'contract', about: 'a test', snapshotMs: 50, commitMs: 10 } },
      );
      expectPredictions(predictions.byName, goldenPredictions('stream-rough-late'));
      expect((await names(store, 'checkpoint/')).length).toBeGreaterThan(0);
    }),
  );
});
