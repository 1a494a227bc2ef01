import { describe, expect, it } from 'vitest';
import { createScorer, type ScorerOptions } from '../src/create-scorer.ts';
import type { ModelEvent } from '../src/model-events.ts';
import { ScorerBench } from './scorer-bench.ts';
import { TinyStore, definitionOf, metricId } from './tiny-store.ts';
import { STEP, versionModel } from './version-model.ts';

interface Setting {
  readonly store: TinyStore;
  readonly bench: ScorerBench;
  readonly events: ModelEvent[];
}

const a = definitionOf('a', 1, 1, { lineId: metricId(1) });
const b = definitionOf('b', 1, 1, { lineId: metricId(2) });
const c = definitionOf('c', 2, 3, { lineId: metricId(3) });

async function open(options: Partial<ScorerOptions> = {}): Promise<Setting> {
  const store = new TinyStore({
    a: { 1: versionModel(1), 2: versionModel(2) },
    b: { 1: versionModel(1) },
    c: { 4: versionModel(4, 2, 3) },
  });
  const events: ModelEvent[] = [];
  const scorer = await createScorer([a, b], store, {
    nowMs: () => performance.now(),
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { store, bench: new ScorerBench(scorer), events };
}

const modelsOf = ({ scorer }: ScorerBench): string[] =>
  scorer.targets.map(({ model }) => `${model.identifier}/${model.version}`);

describe('redefine', () => {
  it.each([0, 2])('adds, removes and reorders definitions (%i workers)', async (workers) => {
    const { bench, events } = await open({ workers });
    await bench.put(0, 1, 5);
    await bench.put(1, 1, 5);
    await bench.drain(true);
    const targets = await bench.scorer.redefine([c, b]);
    expect(targets.map(({ definition }) => definition)).toEqual([c, b]);
    expect(modelsOf(bench)).toEqual(['c/4', 'b/1']);
    await bench.put(0, 2, 7);
    await bench.put(1, 2, 8);
    await bench.drain(true);
    const scores = bench.scores.map(({ target, end, value, by }) => [target, end, value, by]);
    const order = (row: (typeof scores)[number]): number => Number(row[0]) * 10 + Number(row[1]);
    expect(scores.toSorted((x, y) => order(x) - order(y))).toEqual([
      [0, 1, 2 * STEP + 5, 'a'],
      [0, 2, 4 * STEP + 7, 'c'],
      [1, 1, STEP + 5, 'b'],
      [1, 2, STEP + 8, 'b'],
    ]);
    await bench.scorer.close();
    expect(events).toMatchObject([{ kind: 'released', model: { identifier: 'a' } }]);
  });

  it('loads nothing again, keeps statistics and a pinned version', async () => {
    const { store, bench } = await open();
    await bench.scorer.pin('a', 1);
    await bench.put(0, 1, 5);
    await bench.drain(true);
    const { opened } = store;
    await bench.scorer.redefine([b, definitionOf('a', 1, 1), a]);
    expect(store.opened).toBe(opened);
    expect(modelsOf(bench)).toEqual(['b/1', 'a/1', 'a/1']);
    await bench.put(2, 2, 5);
    await bench.drain(true);
    const { models } = bench.scorer.statistics();
    expect(models.map(({ model, scoredRows: n }) => [model.identifier, model.version, n])).toEqual([
      ['b', 1, 0],
      ['a', 1, 2],
      ['a', 2, 0],
    ]);
    await bench.scorer.refresh();
    expect(modelsOf(bench)[1]).toBe('a/1');
    await bench.scorer.pin('a', null);
    expect(modelsOf(bench)[1]).toBe('a/2');
    await bench.scorer.close();
  });

  it('finds models that were not there when it was opened, and follows them', async () => {
    const { store, bench } = await open();
    store.put('new', 1, versionModel(1));
    await bench.scorer.redefine([definitionOf('new', 1, 1)]);
    store.put('new', 2, versionModel(2));
    await bench.scorer.refresh();
    expect(modelsOf(bench)).toEqual(['new/2']);
    expect(bench.scorer.statistics().loadedModels).toBe(1);
    await bench.scorer.close();
  });

  it('changes nothing where a definition does not fit, and names all of them', async () => {
    const { bench } = await open();
    const wrong = [definitionOf('a', 2, 2), definitionOf('gone', 1, 1), c];
    await expect(bench.scorer.redefine(wrong)).rejects.toThrow(/gone[\s\S]*a of 2 x 2/);
    expect(modelsOf(bench)).toEqual(['a/2', 'b/1']);
    expect(bench.scorer.statistics().loadedModels).toBe(2);
    await bench.put(0, 1, 5);
    await bench.drain(true);
    expect(bench.scores).toMatchObject([{ target: 0, value: 2 * STEP + 5 }]);
    await bench.scorer.close();
  });

  it('refuses while windows wait, whose targets would be others then', async () => {
    const { bench } = await open();
    await bench.put(0, 1, 5);
    await expect(bench.scorer.redefine([b])).rejects.toThrow(/drained/);
    expect(modelsOf(bench)).toEqual(['a/2', 'b/1']);
    await bench.drain(true);
    await bench.scorer.redefine([b]);
    expect(modelsOf(bench)).toEqual(['b/1']);
    await bench.scorer.close();
  });
});
