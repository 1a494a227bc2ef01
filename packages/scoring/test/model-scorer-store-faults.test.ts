/** A store that hangs, answers 500, or serves half a file, while models score. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createScorer } from '../src/create-scorer.ts';
import { buildModelIndex } from '../src/model-index.ts';
import { openModelStore } from '../src/open-model-store.ts';
import { FaultServer, type Fault } from './fault-server.ts';
import { onnxBytes } from './onnx-bytes.ts';
import { ScorerBench } from './scorer-bench.ts';
import { definitionOf } from './tiny-store.ts';
import { STEP, versionModel } from './version-model.ts';

let root = '';
let server: FaultServer;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'windrow-faults-'));
  server = await FaultServer.over(root);
});
afterEach(async () => {
  await server.close();
  rmSync(root, { recursive: true });
});

async function put(version: number): Promise<void> {
  mkdirSync(join(root, `m/${version}`), { recursive: true });
  writeFileSync(join(root, `m/${version}/model.onnx`), onnxBytes(versionModel(version)));
  writeFileSync(join(root, 'index.json'), await buildModelIndex(root));
}

describe.each([0, 1])('%i workers', (workers) => {
  it('scoring goes on, the statistics say what happened, and the version comes when it can', async () => {
    await put(1);
    const store = await openModelStore(server.url, {
      cacheFolder: join(root, '.cache'),
      timeoutMs: 1500,
    });
    const scorer = await createScorer([definitionOf('m', 1, 1)], store, {
      nowMs: () => performance.now(),
      workers,
    });
    const bench = new ScorerBench(scorer);
    await put(2);
    let end = 0;
    const score = async (): Promise<void> => {
      await bench.put(0, ++end, end);
      await bench.drain(true);
    };
    const faults: readonly (readonly [string, Fault, RegExp])[] = [
      ['index', 'hang', /index.json: found no answer for 1500 ms/],
      ['index', 500, /index.json: found the answer "500/],
      ['model.onnx', 'hang', /model.onnx: found no answer for 1500 ms/],
      ['model.onnx', 500, /model.onnx: found the answer "500/],
      ['model.onnx', 'half', /model.onnx: broke off/],
      ['model.onnx', 'short', /model.onnx: found \d+ bytes, expected \d+/],
      ['model.onnx', 'other', /model.onnx: found sha256/],
    ];
    for (const [i, [path, kind, message]] of faults.entries()) {
      server.fault = { path, kind };
      const refreshed = scorer.refresh();
      await score();
      await refreshed;
      await score();
      const { storeFailures, lastStoreError } = scorer.statistics();
      expect([storeFailures, lastStoreError]).toEqual([i + 1, expect.stringMatching(message)]);
    }
    server.fault = null;
    await scorer.refresh();
    await score();
    const expected = Array.from({ length: end }, (_, i) => i + 1 + (i + 1 === end ? 2 : 1) * STEP);
    expect(bench.scores.map((s) => s.value)).toEqual(expected);
    expect(scorer.statistics()).toMatchObject({ swaps: 1, refused: [], storeFailures: 7 });
    await scorer.close();
  });
});
