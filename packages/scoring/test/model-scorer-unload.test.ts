import { describe, expect, it } from 'vitest';
import { WindrowError } from '@windrow/core';
import { createScorer, type ScorerOptions } from '../src/create-scorer.ts';
import { ScorerBench } from './scorer-bench.ts';
import { TinyStore, definitionOf } from './tiny-store.ts';
import { STEP, versionModel } from './version-model.ts';

const MODELS = 6;

async function open(
  options: Partial<ScorerOptions>,
): Promise<{ readonly store: TinyStore; readonly bench: ScorerBench }> {
  const names = Array.from({ length: MODELS }, (_, i) => `m${i}`);
  const store = new TinyStore(Object.fromEntries(names.map((n, i) => [n, { 1: versionModel(i) }])));
  const definitions = names.map((name) => definitionOf(name, 1, 1));
  const nowMs = (): number => performance.now();
  return {
    store,
    bench: new ScorerBench(await createScorer(definitions, store, { nowMs, ...options })),
  };
}

describe('loadedModelsMax', () => {
  it('unloads what has not run for longest, and loads it again when it is to run', async () => {
    const { store, bench } = await open({ loadedModelsMax: 2 });
    expect(bench.scorer.statistics()).toMatchObject({ loadedModels: 2, unloads: 4 });
    for (let round = 0; round < 3; round++) {
      for (let target = 0; target < MODELS; target++) await bench.put(target, round, target);
      await bench.drain(true);
      expect(bench.scorer.statistics().loadedModels).toBe(2);
    }
    expect(bench.scores).toHaveLength(3 * MODELS);
    expect(bench.scores.every((s) => s.value === s.target * STEP + s.target)).toBe(true);
    const opened = store.opened;
    for (let round = 0; round < 5; round++) {
      await bench.put(4, round, 1);
      await bench.put(5, round, 1);
      await bench.drain(true);
    }
    expect(store.opened).toBe(opened);
    expect(bench.scorer.statistics().models.map((m) => m.loads)).toEqual([4, 4, 4, 4, 4, 4]);
    await bench.scorer.close();
  });

  it('a model whose file changed does not come back under the same version', async () => {
    const { store, bench } = await open({ loadedModelsMax: 1 });
    store.put('m0', 1, versionModel(9));
    await bench.put(0, 1, 1);
    await expect(bench.drain(true)).rejects.toThrow(
      /m0.*cannot be loaded again: .*found sha256 .*, expected .*a version's file must not change/,
    );
    const [m0] = bench.scorer.statistics().models;
    expect(m0).toMatchObject({ failedRows: { load: 1 }, scoredRows: 0 });
    await bench.put(1, 1, 1);
    await bench.drain(true);
    expect(bench.scores.map((s) => s.value)).toEqual([STEP + 1]);
    await bench.scorer.close();
  });

  it('comes back when the store does', async () => {
    const { store, bench } = await open({ loadedModelsMax: 1 });
    store.open = () => Promise.reject(new WindrowError('MODEL', 'gone for now'));
    await bench.put(0, 1, 1);
    await expect(bench.drain(true)).rejects.toThrow(/gone for now/);
    Reflect.deleteProperty(store, 'open');
    await bench.put(0, 2, 1);
    await bench.drain(true);
    expect(bench.scores.map((s) => s.end)).toEqual([2]);
    await bench.scorer.close();
  });
});

describe('loadedBytesMax', () => {
  it('bounds the bytes of the files, and allows one model however large', async () => {
    const { bench } = await open({ loadedBytesMax: 1 });
    expect(bench.scorer.statistics().loadedModels).toBe(1);
    for (let target = 0; target < MODELS; target++) await bench.put(target, 1, 1);
    await bench.drain(true);
    expect(bench.scores).toHaveLength(MODELS);
    await bench.scorer.close();
  });
});
