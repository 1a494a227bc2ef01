import { describe, expect, it } from 'vitest';
import { WindrowError } from '@windrow/core';
import { createScorer, type ScorerOptions } from '../src/create-scorer.ts';
import type { ModelEvent } from '../src/model-events.ts';
import { FLOAT, meanModel } from './onnx-bytes.ts';
import { ScorerBench } from './scorer-bench.ts';
import { TinyStore, definitionOf } from './tiny-store.ts';
import { STEP, versionGolden, versionModel } from './version-model.ts';

interface Setting {
  readonly store: TinyStore;
  readonly bench: ScorerBench;
  readonly events: ModelEvent[];
}

/** Two definitions that follow `m`, and one that asks for its version 1. */
async function open(options: Partial<ScorerOptions> = {}): Promise<Setting> {
  const store = new TinyStore({ m: { 1: versionModel(1) } });
  const events: ModelEvent[] = [];
  const definitions = [
    definitionOf('m', 1, 1),
    definitionOf('m', 1, 1),
    definitionOf('m', 1, 1, { modelVersion: 1 }),
  ];
  const scorer = await createScorer(definitions, store, {
    nowMs: () => performance.now(),
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { store, bench: new ScorerBench(scorer), events };
}

const versionsOf = ({ scorer }: ScorerBench): number[] =>
  scorer.targets.map(({ model }) => model.version);

describe('refresh', () => {
  it('takes a newer version between two batches: what was committed before goes to the old one', async () => {
    const { store, bench, events } = await open();
    await bench.put(0, 1, 5);
    await bench.put(2, 1, 5);
    store.put('m', 2, versionModel(2));
    await bench.scorer.refresh();
    await bench.put(0, 2, 6);
    await bench.put(1, 2, 7);
    await bench.put(2, 2, 8);
    await bench.drain(true);
    const byTarget = (t: number): unknown[] =>
      bench.scores.filter((s) => s.target === t).map((s) => [s.end, s.value, s.version]);
    expect(byTarget(0)).toEqual([
      [1, STEP + 5, 1],
      [2, 2 * STEP + 6, 2],
    ]);
    expect(byTarget(1)).toEqual([[2, 2 * STEP + 7, 2]]);
    expect(byTarget(2)).toEqual([
      [1, STEP + 5, 1],
      [2, STEP + 8, 1],
    ]);
    expect(versionsOf(bench)).toEqual([2, 2, 1]);
    expect(events.map((e) => e.kind)).toEqual(['swapped']);
    expect(bench.scorer.statistics()).toMatchObject({ swaps: 1, loadedModels: 2 });
    await bench.scorer.close();
  });

  it('releases the old version when its last batch was scored', async () => {
    const store = new TinyStore({ m: { 1: versionModel(1) } });
    const events: ModelEvent[] = [];
    const onEvent = (event: ModelEvent): void => void events.push(event);
    const nowMs = (): number => performance.now();
    const bench = new ScorerBench(
      await createScorer([definitionOf('m', 1, 1)], store, { nowMs, onEvent }),
    );
    await bench.put(0, 1, 1);
    store.put('m', 2, versionModel(2));
    await bench.scorer.refresh();
    expect(bench.scorer.statistics().loadedModels).toBe(2);
    await bench.drain(true);
    expect(bench.scorer.statistics().loadedModels).toBe(1);
    await bench.scorer.close();
    expect(events).toMatchObject([
      { kind: 'swapped', from: { version: 1 }, to: { version: 2 } },
      { kind: 'released', model: { identifier: 'm', version: 1 } },
    ]);
    const { models } = bench.scorer.statistics();
    expect(models.map((m) => [m.model.version, m.scoredRows])).toEqual([
      [2, 0],
      [1, 1],
    ]);
  });

  it('does not take the row that is reserved away', async () => {
    const { store, bench } = await open();
    const row = bench.scorer.reserve(0)!;
    store.put('m', 2, versionModel(2));
    await bench.scorer.refresh();
    row.data[row.offset] = 3;
    bench.scorer.commit(0, 1);
    await bench.put(0, 2, 3);
    await bench.drain(true);
    expect(bench.scores.map((s) => s.value)).toEqual([STEP + 3, 2 * STEP + 3]);
    await bench.scorer.close();
  });

  it('of nothing new loads nothing', async () => {
    const { store, bench, events } = await open();
    await bench.scorer.refresh();
    expect([store.opened, events]).toEqual([1, []]);
    await bench.scorer.close();
  });

  it('follows a newest version that was taken away back to the one before', async () => {
    const { store, bench } = await open();
    store.put('m', 7, versionModel(7));
    await bench.scorer.refresh();
    store.remove('m', 7);
    await bench.scorer.refresh();
    expect(versionsOf(bench)).toEqual([1, 1, 1]);
    await bench.scorer.close();
  });

  it('takes another type and rank of input', async () => {
    const { store, bench } = await open();
    store.put('m', 2, meanModel(['N', 1], { type: FLOAT }));
    await bench.scorer.refresh();
    expect(bench.scorer.targets.map((t) => t.dtype)).toEqual(['float32', 'float32', 'float64']);
    expect(bench.scorer.reserve(0)?.data).toBeInstanceOf(Float32Array);
    await bench.put(0, 1, 0.1);
    await bench.drain(true);
    expect(bench.scores[0]?.value).toBe(Math.fround(0.1));
    await bench.scorer.close();
  });

  it('comes by itself after refreshMs, with the drains', async () => {
    let nowMs = 0;
    const { store, bench } = await open({ nowMs: () => nowMs, refreshMs: 1000 });
    store.put('m', 2, versionModel(2));
    await bench.drain(false);
    await bench.scorer.pin('m', null).catch(() => {});
    store.put('m', 3, versionModel(3));
    nowMs = 999;
    await bench.drain(false);
    expect(versionsOf(bench)[0]).toBe(2);
    nowMs = 1000;
    await bench.drain(false);
    await expect.poll(() => versionsOf(bench)[0]).toBe(3);
    await bench.scorer.close();
  });
});

describe('a bad new version is refused, reported, and the old one goes on', () => {
  it.each([
    ['text', Buffer.from('no model'), /no ONNX file/],
    ['another shape', versionModel(2, 3, 1), /the model takes 3 inputs, input_metric_ids has 1/],
    [
      'half a file',
      Buffer.from('\x08\x08\x3a\xff\x7f', 'latin1'),
      /no ONNX file, or a damaged one: .* bytes where 0 are left/,
    ],
  ])('%s', async (_, model, message) => {
    const { store, bench, events } = await open();
    store.put('m', 2, model);
    await bench.scorer.refresh();
    await bench.put(0, 1, 5);
    await bench.drain(true);
    expect(bench.scores.map((s) => s.value)).toEqual([STEP + 5]);
    const refused = { identifier: 'm', version: 2, message: expect.stringMatching(message) };
    expect(events).toEqual([{ kind: 'refused', ...refused }]);
    expect(bench.scorer.statistics()).toMatchObject({ refused: [refused], refusals: 1, swaps: 0 });
    await bench.scorer.close();
  });

  it('is not loaded again until its file changes', async () => {
    const { store, bench } = await open();
    store.put('m', 2, Buffer.from('no model'));
    for (let i = 0; i < 3; i++) await bench.scorer.refresh();
    expect(bench.scorer.statistics().refusals).toBe(1);
    store.put('m', 2, versionModel(2));
    await bench.scorer.refresh();
    expect(versionsOf(bench)).toEqual([2, 2, 1]);
    expect(bench.scorer.statistics()).toMatchObject({ refused: [], refusals: 1, swaps: 1 });
    await bench.scorer.close();
  });

  it('where its golden vectors are not right', async () => {
    const { store, bench } = await open();
    store.put('m', 2, versionModel(2));
    store.goldens['m/2'] = versionGolden(2, 5, 1e-3);
    await bench.scorer.refresh();
    expect(versionsOf(bench)[0]).toBe(1);
    expect(bench.scorer.statistics().refused[0]?.message).toMatch(
      /^tiny:m\/2\/golden.json: case 1: output "y"\[0\]: found 2005, expected 2005.001 within/,
    );
    await bench.scorer.refresh();
    expect(bench.scorer.statistics().refusals).toBe(1);
    store.goldens['m/2'] = versionGolden(2, 5, 1e-7);
    await bench.scorer.refresh();
    expect(versionsOf(bench)[0]).toBe(2);
    await bench.scorer.close();
  });
});

describe('a store that fails', () => {
  it('leaves the old version scoring, is counted, and asked again', async () => {
    const { store, bench, events } = await open();
    store.put('m', 2, versionModel(2));
    store.open = () => Promise.reject(new WindrowError('MODEL', 'it answered 500'));
    await bench.scorer.refresh();
    expect(versionsOf(bench)[0]).toBe(1);
    store.versions = () => Promise.reject(new WindrowError('MODEL', 'it answered 503'));
    await bench.scorer.refresh();
    store.refresh = () => Promise.reject(new WindrowError('MODEL', 'it answered 504'));
    await bench.scorer.refresh();
    expect(events.map((e) => (e.kind === 'store_failed' ? e.message : e.kind))).toEqual([
      'it answered 500',
      'it answered 503',
      'it answered 504',
    ]);
    expect(bench.scorer.statistics()).toMatchObject({
      storeFailures: 3,
      lastStoreError: 'it answered 504',
      refused: [],
    });
    Reflect.deleteProperty(store, 'open');
    Reflect.deleteProperty(store, 'versions');
    Reflect.deleteProperty(store, 'refresh');
    await bench.scorer.refresh();
    expect(versionsOf(bench)[0]).toBe(2);
    await bench.scorer.close();
  });

  it('that hangs is given up after storeTimeoutMs, while scoring goes on', async () => {
    const { store, bench } = await open({ storeTimeoutMs: 200 });
    store.put('m', 2, versionModel(2));
    store.open = () => new Promise(() => {});
    const refreshed = bench.scorer.refresh();
    await bench.put(0, 1, 5);
    await bench.drain(true);
    expect(bench.scores.map((s) => s.value)).toEqual([STEP + 5]);
    await refreshed;
    expect(bench.scorer.statistics().lastStoreError).toMatch(
      /^model store tiny:: m\/2: found no answer for 200 ms/,
    );
    await bench.scorer.close();
  });

  it('that hangs does not keep a scorer from closing', async () => {
    const { store, bench } = await open({ storeTimeoutMs: 1e6 });
    store.versions = () => new Promise(() => {});
    const refreshed = bench.scorer.refresh();
    await bench.scorer.close();
    await refreshed;
    expect(bench.scorer.statistics().storeFailures).toBe(0);
  });
});

describe('pin', () => {
  it('names an older version until null follows the newest again', async () => {
    const { store, bench } = await open();
    store.put('m', 2, versionModel(2));
    await bench.scorer.refresh();
    await bench.scorer.pin('m', 1);
    await bench.scorer.refresh();
    expect(versionsOf(bench)).toEqual([1, 1, 1]);
    store.put('m', 3, versionModel(3));
    await bench.scorer.refresh();
    expect(versionsOf(bench)).toEqual([1, 1, 1]);
    await bench.scorer.pin('m', null);
    expect(versionsOf(bench)).toEqual([3, 3, 1]);
    await bench.scorer.close();
  });

  it('refuses what is not there or does not fit, and changes nothing', async () => {
    const { store, bench } = await open();
    store.put('m', 2, versionModel(2, 2));
    await expect(bench.scorer.pin('m', 9)).rejects.toThrow('no m/9');
    await expect(bench.scorer.pin('m', 2)).rejects.toThrow(/the model takes 2 inputs/);
    await expect(bench.scorer.pin('n', 1)).rejects.toThrow(/no definition that follows .*"n"/);
    await bench.put(0, 1, 5);
    await bench.drain(true);
    expect(bench.scores.map((s) => s.value)).toEqual([STEP + 5]);
    await bench.scorer.close();
  });
});

describe('swaps under load', () => {
  it('60 of them: no window lost, doubled, or scored by anything but a version that was there', async () => {
    const { store, bench } = await open();
    const commits = new Map<string, readonly [first: number, last: number]>();
    let end = 0;
    let version = 1;
    const over = new AbortController();
    const load = async (): Promise<void> => {
      while (!over.signal.aborted) {
        for (const target of [0, 1]) {
          const before = bench.scorer.targets[target]!.model.version;
          await bench.put(target, ++end, end % 97);
          commits.set(`${target}/${end}`, [before, bench.scorer.targets[target]!.model.version]);
        }
        if (end % 5 === 0) await bench.drain(end % 2 === 0);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const loading = load();
    for (let swap = 0; swap < 60; swap++) {
      version = 2 + swap;
      store.put('m', version, versionModel(version));
      await bench.scorer.refresh();
      if (version > 2) store.remove('m', version - 1);
    }
    over.abort();
    await loading;
    await bench.drain(true);
    expect(bench.scores).toHaveLength(commits.size);
    const seen = new Set<number>();
    for (const { target, end: at, value, version: by } of bench.scores) {
      const [first, last] = commits.get(`${target}/${at}`)!;
      commits.delete(`${target}/${at}`);
      seen.add(by);
      expect(value).toBe((at % 97) + by * STEP);
      expect(by).toBeGreaterThanOrEqual(first);
      expect(by).toBeLessThanOrEqual(last);
    }
    expect(commits.size).toBe(0);
    expect(seen.size).toBeGreaterThan(20);
    expect(bench.scorer.statistics()).toMatchObject({ swaps: 60, loadedModels: 2 });
    await bench.scorer.close();
  });
});
