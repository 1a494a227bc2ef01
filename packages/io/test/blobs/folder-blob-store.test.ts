/** A folder as a blob store: the contract of `BlobStore`, and what only files can do wrong. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WindrowError } from '@windrow/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderBlobStore } from '../../src/index.ts';

let root = '';
let store: FolderBlobStore = new FolderBlobStore('.');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'windrow-blobs-'));
  store = new FolderBlobStore(join(root, 'made', 'when', 'needed'));
});
afterEach(() => rm(root, { recursive: true }));

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

async function names(prefix: string): Promise<string[]> {
  return (await store.list(prefix)).map(({ name }) => name);
}

describe('a blob store', () => {
  it('gives back what was put, also nothing at all and a lot', async () => {
    const large = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251);
    await store.put('a/one', bytes(1, 2, 3));
    await store.put('empty', bytes());
    await store.put('large', large);
    expect(await store.get('a/one')).toEqual(bytes(1, 2, 3));
    expect(await store.get('empty')).toEqual(bytes());
    expect(Buffer.compare(await store.get('large'), large)).toBe(0);
  });

  it('puts another value in the place of the one before', async () => {
    await store.put('a', bytes(1, 2, 3));
    await store.put('a', bytes(4));
    expect(await store.get('a')).toEqual(bytes(4));
    expect(await store.list('')).toEqual([{ name: 'a', sizeBytes: 1 }]);
  });

  it('lists by prefix, in order of code units, with sizes', async () => {
    for (const name of ['b/2', 'b/10', 'a', 'b/1/x', 'bc', 'B']) await store.put(name, bytes(0, 0));
    expect(await names('')).toEqual(['B', 'a', 'b/1/x', 'b/10', 'b/2', 'bc']);
    expect(await names('b')).toEqual(['b/1/x', 'b/10', 'b/2', 'bc']);
    expect(await names('b/')).toEqual(['b/1/x', 'b/10', 'b/2']);
    expect(await names('b/1')).toEqual(['b/1/x', 'b/10']);
    expect(await names('nothing/')).toEqual([]);
    expect((await store.list('a'))[0]).toEqual({ name: 'a', sizeBytes: 2 });
  });

  it('lists nothing where nothing was ever put', async () => {
    expect(await store.list('')).toEqual([]);
  });

  it('deletes, also what is not there', async () => {
    await store.put('a', bytes(1));
    await store.delete('a');
    await store.delete('a');
    expect(await names('')).toEqual([]);
    await expect(store.get('a')).rejects.toThrow(WindrowError);
  });

  it('says which one is not there', async () => {
    await expect(store.get('b/missing')).rejects.toMatchObject({
      code: 'INPUT',
      message: expect.stringContaining(join('b', 'missing')),
    });
  });
});

describe('a folder', () => {
  it('shows no blob that is still being written', async () => {
    await store.put('a', bytes(1));
    await writeFile(join(store.uri, '.b.1234.tmp'), 'half');
    expect(await names('')).toEqual(['a']);
    await store.put('b', bytes(2));
    expect((await readdir(store.uri)).toSorted()).toEqual(['.b.1234.tmp', 'a', 'b']);
  });

  it.each([
    '',
    '..',
    '../a',
    'a/../b',
    'a//b',
    '/a',
    'a/',
    '.a',
    'a/.b',
    'a b',
    'a\\b',
    'a'.repeat(600),
  ])('refuses the name %j', async (name) => {
    await expect(store.put(name, bytes(1))).rejects.toMatchObject({ code: 'USAGE' });
    await expect(store.get(name)).rejects.toMatchObject({ code: 'USAGE' });
    await expect(store.delete(name)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('cannot be written where a folder has the name', async () => {
    await mkdir(join(store.uri, 'taken'), { recursive: true });
    await expect(store.put('taken', bytes(1))).rejects.toMatchObject({ code: 'OUTPUT' });
    expect(await names('')).toEqual([]);
  });
});
