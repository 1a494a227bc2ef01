import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderModelStore } from '../src/folder-model-store.ts';
import { buildModelIndex } from '../src/model-index.ts';
import type { ModelStore } from '../src/model-store.ts';
import { OnnxModel } from '../src/onnx-model.ts';
import { openModelStore } from '../src/open-model-store.ts';
import { FaultServer, type Fault } from './fault-server.ts';
import { meanModel, onnxBytes } from './onnx-bytes.ts';

let root = '';
let cacheFolder = '';
let server: FaultServer;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'windrow-http-'));
  cacheFolder = join(root, '.cache');
  server = await FaultServer.over(root);
});
afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true });
});

function put(path: string, content: Uint8Array | string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

async function index(): Promise<void> {
  put('index.json', await buildModelIndex(root));
}

function open(): Promise<ModelStore> {
  return openModelStore(server.url, { cacheFolder, timeoutMs: 300 });
}

const model = onnxBytes(meanModel(['N', 1, 1]));

describe('by URI', () => {
  it('a path and file: are folders', async () => {
    expect(await openModelStore('models')).toBeInstanceOf(FolderModelStore);
    expect((await openModelStore('file:///models/x')).uri).toBe(join('/models', 'x'));
  });

  it('another scheme is refused', async () => {
    await expect(openModelStore('ftp://host/models')).rejects.toThrow(
      /found "ftp:\/\/host\/models", expected a folder, http\(s\)/,
    );
    await expect(openModelStore('gs://')).rejects.toThrow(/found "gs:\/\/"/);
  });
});

describe('http', () => {
  it('gives what a folder gives', async () => {
    put('m/2/model.onnx', model);
    put('m/10/model.onnx', model);
    put('m/10/golden.json', '[]');
    put('m/latest/model.onnx', model);
    put('a b%/1/model.onnx', model);
    await index();
    const [remote, folder] = [await open(), new FolderModelStore(root)];
    expect((await remote.versions('m')).versions).toEqual([2, 10]);
    for (const [identifier, version] of [
      ['m', 2],
      ['m', 10],
      ['a b%', 1],
    ] as const) {
      const [there, here] = [
        await remote.open(identifier, version),
        await folder.open(identifier, version),
      ];
      expect(there.identity).toEqual(here.identity);
      expect(Buffer.from(there.bytes).equals(here.bytes)).toBe(true);
      expect(there.golden?.bytes).toEqual(here.golden?.bytes);
      expect(there.path).toMatch(/^http:.*model.onnx$/);
    }
  });

  it('downloads a content once, also after a restart, and the listing only when it changed', async () => {
    put('m/1/model.onnx', model);
    put('m/2/model.onnx', model);
    await index();
    const store = await open();
    await store.open('m', 1);
    await store.open('m', 2);
    await (await open()).open('m', 1);
    const downloads = (): string[] => server.requests.filter((r) => r.includes('model.onnx'));
    expect(downloads()).toHaveLength(1);
    put('m/3/model.onnx', onnxBytes(meanModel(['N', 2, 2])));
    await index();
    expect((await store.versions('m')).versions).toEqual([1, 2]);
    await store.refresh();
    expect((await store.versions('m')).versions).toEqual([1, 2, 3]);
    await store.refresh();
    expect((await store.versions('m')).versions).toEqual([1, 2, 3]);
    await store.open('m', 3);
    expect(downloads()).toHaveLength(2);
  });

  it('mends a cache that was damaged', async () => {
    put('m/1/model.onnx', model);
    await index();
    const store = await open();
    const { identity } = await store.open('m', 1);
    writeFileSync(join(cacheFolder, identity.sha256), 'other bytes');
    expect(Buffer.from((await store.open('m', 1)).bytes).equals(model)).toBe(true);
  });

  it('brings external data along, and mends it', async () => {
    const weights = Buffer.from(Float64Array.of(1, 2, 3, 4).buffer);
    const initializers = [{ name: 'w', dims: [2, 2], values: [], location: 'data/weights.bin' }];
    const external = onnxBytes({
      ...meanModel(['N', 2, 2]),
      initializers,
      nodes: [
        { op: 'Mul', inputs: ['x', 'w'], outputs: ['p'] },
        {
          op: 'ReduceMean',
          inputs: ['p'],
          outputs: ['y'],
          attributes: { axes: [1, 2], keepdims: 0 },
        },
      ],
    });
    put('m/1/model.onnx', external);
    put('m/1/data/weights.bin', weights);
    await index();
    const store = await open();
    const run = async (): Promise<unknown> => {
      const loaded = await OnnxModel.load(await store.open('m', 1));
      const x = { type: 'float64', dims: [1, 2, 2], data: Float64Array.of(1, 1, 1, 1) };
      const { y } = await loaded.run({ x }, ['y']);
      await loaded.release();
      return y!.data;
    };
    expect(await run()).toEqual(Float64Array.of(2.5));
    const { folder } = await store.open('m', 1);
    rmSync(join(folder, 'data/weights.bin'));
    writeFileSync(join(folder, 'data/weights.bin'), 'other');
    expect(await run()).toEqual(Float64Array.of(2.5));
    rmSync(join(root, 'm/1/data'), { recursive: true });
    await index();
    await store.refresh();
    await expect(store.open('m', 1)).rejects.toThrow(
      /its tensors lie in "data\/weights.bin", which the store does not have beside it/,
    );
  });

  it('says what is missing', async () => {
    put('motor/1/model.onnx', model);
    put('motor/2/other.bin', 'x');
    mkdirSync(join(root, 'empty'));
    await index();
    const store = await open();
    await expect(store.versions('moter')).rejects.toThrow(/no model "moter"; there are: motor/);
    await expect(store.versions('empty')).rejects.toThrow(/no version of "empty"/);
    await expect(store.open('motor', 7)).rejects.toThrow(/no version 7 of "motor", which has 1, 2/);
    await expect(store.open('motor', 2)).rejects.toThrow(/version 2 of "motor" has no model.onnx/);
  });
});

describe('http, with faults', () => {
  it.each<readonly [Fault, RegExp]>([
    ['hang', /model.onnx: found no answer for 300 ms/],
    ['half', /model.onnx: broke off/],
    ['short', /model.onnx: found \d+ bytes, expected \d+; the download was cut short/],
    ['other', /model.onnx: found sha256 [0-9a-f]+, expected [0-9a-f]+;/],
    [500, /model.onnx: found the answer "500 Internal Server Error", expected 200/],
    [404, /model.onnx: found the answer "404 Not Found"/],
  ])('a file: %s; nothing is kept, and the next try is well', async (kind, message) => {
    put('m/1/model.onnx', model);
    await index();
    const store = await open();
    server.fault = { path: 'model.onnx', kind };
    await expect(store.open('m', 1)).rejects.toThrow(message);
    expect(readdirSync(cacheFolder)).toEqual([]);
    server.fault = null;
    expect(Buffer.from((await store.open('m', 1)).bytes).equals(model)).toBe(true);
  });

  it.each<readonly [Fault, RegExp]>([
    ['hang', /index.json: found no answer for 300 ms/],
    ['half', /index.json: broke off/],
    ['short', /index.json: found no JSON/],
    ['other', /index.json: found no JSON/],
    [500, /index.json: found the answer "500/],
  ])('the index: %s; what was known before holds', async (kind, message) => {
    put('m/1/model.onnx', model);
    await index();
    server.fault = { path: 'index.json', kind };
    const store = await open();
    await expect(store.versions('m')).rejects.toThrow(message);
    server.fault = null;
    await store.refresh();
    put('m/2/model.onnx', model);
    await index();
    server.fault = { path: 'index.json', kind };
    await expect(store.refresh()).rejects.toThrow(message);
    expect((await store.versions('m')).versions).toEqual([1]);
  });

  it('nobody is there', async () => {
    const store = await open();
    await server.close();
    await expect(store.versions('m')).rejects.toThrow(/cannot be reached: .*ECONNREFUSED/);
    server = await FaultServer.over(root);
  });
});
