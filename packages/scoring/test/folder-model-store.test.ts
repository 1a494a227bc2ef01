import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderModelStore } from '../src/folder-model-store.ts';
import { findModel } from '../src/model-store.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'windrow-store-'));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

function addModel(identifier: string, version: string, text = 'bytes'): string {
  const folder = join(root, identifier, version);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.onnx'), text);
  return folder;
}

describe('versions', () => {
  it('are numbers, not text: the newest of 9, 10 and 100 is 100', async () => {
    for (const v of ['9', '100', '10']) addModel('m', v);
    const store = new FolderModelStore(root);
    expect(await store.versions('m')).toEqual({ versions: [9, 10, 100], notes: [] });
    expect(await findModel(store, 'm', null)).toEqual({ version: 100, notes: [] });
  });

  it('a named one is taken as it is', async () => {
    addModel('m', '3');
    expect((await findModel(new FolderModelStore(root), 'm', 2)).version).toBe(2);
  });

  it('ignores and mentions everything else', async () => {
    addModel('m', '2');
    for (const other of ['0', '01', '-1', '1.0', 'v3', 'latest', '1e3', '1234567890123456']) {
      mkdirSync(join(root, 'm', other));
    }
    writeFileSync(join(root, 'm', '7'), 'a file');
    const { versions, notes } = await new FolderModelStore(root).versions('m');
    expect(versions).toEqual([2]);
    expect(notes).toHaveLength(9);
    expect(notes).toContain(
      `${join(root, 'm', '01')}: ignored: no version (a positive integer without leading zeros)`,
    );
    expect(notes).toContain(`${join(root, 'm', '7')}: ignored: a version is a folder`);
  });

  it('follows symbolic links, as mounted volumes have them', async () => {
    const folder = addModel('real', '1');
    mkdirSync(join(root, 'm'));
    symlinkSync(folder, join(root, 'm', '4'));
    const store = new FolderModelStore(root);
    expect((await store.versions('m')).versions).toEqual([4]);
    expect((await store.open('m', 4)).bytes).toHaveLength(5);
  });
});

describe('open', () => {
  it('gives the bytes, their sha256, and the folder of external data', async () => {
    const folder = addModel('m', '1', 'the model');
    const file = await new FolderModelStore(root).open('m', 1);
    expect(Buffer.from(file.bytes).toString()).toBe('the model');
    expect(file.identity).toEqual({
      identifier: 'm',
      version: 1,
      sha256: createHash('sha256').update('the model').digest('hex'),
    });
    expect(file.path).toBe(join(folder, 'model.onnx'));
    expect(file.folder).toBe(folder);
  });
});

describe('what is missing', () => {
  const missing = async (work: (store: FolderModelStore) => Promise<unknown>): Promise<string> => {
    const error: unknown = await work(new FolderModelStore(root)).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'WindrowError', code: 'MODEL' });
    return (error as Error).message;
  };

  it('the root', async () => {
    const error: unknown = await new FolderModelStore(join(root, 'nowhere'))
      .versions('m')
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'MODEL' });
    expect(String(error)).toMatch(
      /model store .*nowhere: found no such folder, expected one that holds/,
    );
  });

  it('the model: names those most like it first', async () => {
    for (const name of ['pressure-lgbm', 'pressure-ridge', 'wells', 'a', 'b', 'c'])
      addModel(name, '1');
    expect(await missing((s) => s.versions('pressure-rigde'))).toMatch(
      /found no model "pressure-rigde"; there are: pressure-ridge, pressure-lgbm, .* and 1 more$/,
    );
  });

  it('the model, in an empty store', async () => {
    expect(await missing((s) => s.open('m', 1))).toMatch(/found no model "m"; there are: none$/);
  });

  it('every version', async () => {
    mkdirSync(join(root, 'm', 'v1'), { recursive: true });
    expect(await missing((s) => s.versions('m'))).toMatch(
      /found no version \(1 other entries\), expected/,
    );
  });

  it('the named version: says which there are', async () => {
    addModel('m', '1');
    addModel('m', '2');
    expect(await missing((s) => s.open('m', 5))).toMatch(
      /not found; model "m" has the versions 1, 2$/,
    );
  });

  it('the file in its version', async () => {
    mkdirSync(join(root, 'm', '3'), { recursive: true });
    expect(await missing((s) => s.open('m', 3))).toMatch(/not found; version 3 has no model.onnx$/);
  });

  it('a file in place of the version', async () => {
    addModel('m', '1');
    writeFileSync(join(root, 'm', '5'), '');
    expect(await missing((s) => s.open('m', 5))).toMatch(
      /not found; model "m" has the versions 1$/,
    );
  });

  it.each(['../m', 'a/b', 'a\\b', '.', '..', ''])(
    'never looks outside of the root: %s',
    async (name) => {
      expect(await missing((s) => s.versions(name))).toMatch(/^model_identifier: found/);
    },
  );
});

describe('golden.json', () => {
  it('beside the model is read, and null where there is none', async () => {
    const folder = addModel('m', '1');
    const store = new FolderModelStore(root);
    expect((await store.open('m', 1)).golden).toBeNull();
    writeFileSync(join(folder, 'golden.json'), '[]');
    expect((await store.open('m', 1)).golden).toEqual({
      path: join(folder, 'golden.json'),
      bytes: Buffer.from('[]'),
    });
  });

  it('that is a folder is an error', async () => {
    mkdirSync(join(addModel('m', '1'), 'golden.json'));
    await expect(new FolderModelStore(root).open('m', 1)).rejects.toThrow(
      /golden.json: cannot be read: EISDIR/,
    );
  });
});
