import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelStore } from '../../src/model-store.ts';
import { openModelStore } from '../../src/open-model-store.ts';
import { GcsServer } from '../gcs-server.ts';
import { meanModel, onnxBytes } from '../onnx-bytes.ts';

const model = onnxBytes(meanModel(['N', 1, 1]));
const sha256 = createHash('sha256').update(model).digest('hex');
const before = process.env['STORAGE_EMULATOR_HOST'];
let server: GcsServer;
let cacheFolder = '';

beforeEach(async () => {
  server = await GcsServer.start(3);
  cacheFolder = mkdtempSync(join(tmpdir(), 'windrow-gcs-'));
  process.env['STORAGE_EMULATOR_HOST'] = server.host;
});
afterEach(async () => {
  if (before === undefined) delete process.env['STORAGE_EMULATOR_HOST'];
  else process.env['STORAGE_EMULATOR_HOST'] = before;
  await server.close();
  rmSync(cacheFolder, { recursive: true });
});

function open(uri: string, timeoutMs: number = 2000): Promise<ModelStore> {
  return openModelStore(uri, { cacheFolder, timeoutMs });
}

describe('gs', () => {
  it('finds versions over pages, and gives the bytes and what lies beside them', async () => {
    for (let version = 1; version <= 8; version++)
      server.put(`prod/m/${version}/model.onnx`, model);
    server.put('prod/m/8/golden.json', Buffer.from('[]'));
    server.put('prod/m/', new Uint8Array());
    server.put('prod/m/v9/model.onnx', model);
    server.put('other/m/99/model.onnx', model);
    const store = await open('gs://models/prod');
    expect(await store.versions('m')).toEqual({
      versions: [1, 2, 3, 4, 5, 6, 7, 8],
      notes: [expect.stringMatching(/^gs:\/\/models\/prod\/m\/v9: ignored: no version/)],
    });
    const file = await store.open('m', 8);
    expect(file.identity).toEqual({ identifier: 'm', version: 8, sha256 });
    expect(Buffer.from(file.bytes).equals(model)).toBe(true);
    expect(file.golden?.bytes).toEqual(Buffer.from('[]'));
    expect(file.path).toMatch(/^gs:\/\/models\/prod\/m\/8\/model.onnx#\d+$/);
  });

  it('downloads an object once, and another generation again', async () => {
    server.put('m/1/model.onnx', model);
    const store = await open('gs://models');
    await store.open('m', 1);
    await store.open('m', 1);
    const downloads = (): number => server.requests.filter((r) => r.includes('alt=media')).length;
    expect(downloads()).toBe(1);
    const other = onnxBytes(meanModel(['N', 2, 2]));
    server.put('m/1/model.onnx', other);
    await store.refresh();
    expect(Buffer.from((await store.open('m', 1)).bytes).equals(other)).toBe(true);
    expect(downloads()).toBe(2);
  });

  it('takes what lies in the cache under the sha256 that the store tells', async () => {
    server.put('m/1/model.onnx', model, { sha256 });
    await (await open('gs://models')).open('m', 1);
    await (await open('gs://models/')).open('m', 1);
    expect(server.requests.filter((r) => r.includes('alt=media'))).toHaveLength(1);
  });

  it('refuses half a file, and another than the store tells of', async () => {
    server.put('m/1/model.onnx', model);
    server.put('m/2/model.onnx', model, { sha256: '0'.repeat(64) });
    const store = await open('gs://models');
    server.isHalving = true;
    await expect(store.open('m', 1)).rejects.toThrow(/found \d+ bytes, expected \d+/);
    server.isHalving = false;
    await expect(store.open('m', 2)).rejects.toThrow(/found sha256 .*, expected 0000/);
    expect((await store.open('m', 1)).identity.sha256).toBe(sha256);
  });

  it.each([false, true])('refuses damaged bytes (of a composed object: %s)', async (isComposed) => {
    server.isComposed = isComposed;
    server.put('m/1/model.onnx', model);
    const store = await open('gs://models');
    server.isDamaging = true;
    await expect(store.open('m', 1)).rejects.toThrow(
      isComposed
        ? /found another CRC32C than .*as the store says of it/
        : /found MD5 .*, expected /,
    );
    server.isDamaging = false;
    expect((await store.open('m', 1)).identity.sha256).toBe(sha256);
  });

  // Ending a download from outside must leave no stream behind whose error nobody takes: the process would end.
  it('gives up a download that stalls in the middle, and goes on', async () => {
    server.put('m/1/model.onnx', model);
    const store = await open('gs://models', 200);
    await store.versions('m');
    server.isStalling = true;
    for (let time = 0; time < 3; time++) {
      await expect(store.open('m', 1)).rejects.toThrow(
        /^gs:\/\/models\/m\/1\/model.onnx#\d+: found no answer for 200 ms/,
      );
    }
    await sleep(300);
    server.isStalling = false;
    expect((await store.open('m', 1)).identity.sha256).toBe(sha256);
  });

  it('gives up a store that takes requests and says nothing', async () => {
    server.put('m/1/model.onnx', model);
    const store = await open('gs://models/prod', 200);
    server.isSilent = true;
    await expect(store.refresh()).rejects.toThrow(/^gs:\/\/models\/prod\/: found no answer for/);
    await sleep(300);
  });

  it('says what to do about an answer that stays', async () => {
    server.put('m/1/model.onnx', model);
    const store = await open('gs://models');
    await store.versions('m');
    server.put('m/1/model.onnx', onnxBytes(meanModel(['N', 2, 2])));
    await expect(store.open('m', 1)).rejects.toThrow(
      /^gs:.*#1000: found the answer "404 Not Found", expected 200; is the name of the bucket right/,
    );
    server.failures = 99;
    await expect(store.refresh()).rejects.toThrow(/^gs:.*: found the answer "503 /);
    expect(server.failures).toBe(96);
  });

  it('asks again where the store is busy or the connection breaks', async () => {
    server.put('m/1/model.onnx', model);
    const store = await open('gs://models');
    server.failures = 2;
    expect((await store.versions('m')).versions).toEqual([1]);
    server.failures = 1;
    server.breaks = 1;
    expect((await store.open('m', 1)).identity.sha256).toBe(sha256);
  });

  it('says what is missing', async () => {
    server.put('m/1/model.onnx', model);
    const store = await open('gs://models');
    await expect(store.versions('n')).rejects.toThrow(/gs:\/\/models\/: found no model "n"/);
    await server.close();
    await expect(store.refresh()).rejects.toThrow(
      /^gs:\/\/models\/: cannot be reached: .*ECONNREFUSED/,
    );
    expect((await store.versions('m')).versions).toEqual([1]);
    server = await GcsServer.start(3);
  });
});
