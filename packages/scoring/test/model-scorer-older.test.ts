/** A service starts with the newest version that all of a model's definitions can take, where it is allowed to. */
import { describe, expect, it } from 'vitest';
import { createScorer } from '../src/create-scorer.ts';
import type { ModelEvent } from '../src/model-events.ts';
import type { ModelScorer } from '../src/model-scorer.ts';
import { TinyStore, definitionOf, metricId } from './tiny-store.ts';
import { versionGolden, versionModel } from './version-model.ts';

const JUNK = Uint8Array.of(1, 2, 3);

async function open(
  store: TinyStore,
  options: { readonly older: boolean; readonly workers?: number },
): Promise<{ readonly scorer: ModelScorer; readonly events: ModelEvent[] }> {
  const events: ModelEvent[] = [];
  const definitions = [1, 2, 3].map((line) =>
    definitionOf('m', 1, line === 3 ? 2 : 1, { lineId: metricId(9000 + line) }),
  );
  const scorer = await createScorer(definitions, store, {
    nowMs: () => performance.now(),
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { scorer, events };
}

/** Takes any number of cells. */
const anyCells = (version: number): ReturnType<typeof versionModel> => {
  const model = versionModel(version);
  return { ...model, inputs: model.inputs.map((input) => ({ ...input, shape: ['N', 1, 'T'] })) };
};

describe('older', () => {
  it.each([0, 2])(
    'takes the newest that loads, in every line, with %i workers',
    async (workers) => {
      const store = new TinyStore({ m: { 1: anyCells(1), 2: anyCells(2), 3: JUNK } });
      const { scorer, events } = await open(store, { older: true, workers });
      expect(scorer.targets.map(({ model }) => model.version)).toEqual([2, 2, 2]);
      expect(events).toEqual([
        { kind: 'refused', identifier: 'm', version: 3, message: expect.stringContaining('m/3') },
      ]);
      expect(scorer.statistics()).toMatchObject({ refusals: 1, loadedModels: workers || 1 });
      await scorer.close();
    },
  );

  it('passes over a version that one of the definitions cannot take, and one whose golden vectors are wrong', async () => {
    // Version 3 takes one cell, the third definition has two.
    const store = new TinyStore({
      m: { 1: anyCells(1), 2: anyCells(2), 3: versionModel(3) },
    });
    store.goldens['m/2'] = versionGolden(2, 5, 1);
    const { scorer, events } = await open(store, { older: true });
    expect(scorer.targets.map(({ model }) => model.version)).toEqual([1, 1, 1]);
    expect(events.map((event) => (event.kind === 'refused' ? event.version : event.kind))).toEqual([
      3,
    ]);
    await scorer.close();
  });

  it('goes on to the newest once that is mended', async () => {
    const store = new TinyStore({ m: { 1: anyCells(1), 2: JUNK } });
    const { scorer } = await open(store, { older: true });
    await scorer.refresh();
    expect(scorer.targets.map(({ model }) => model.version)).toEqual([1, 1, 1]);
    expect(scorer.statistics().refused.map(({ version }) => version)).toEqual([2]);
    store.put('m', 2, anyCells(2));
    await scorer.refresh();
    expect(scorer.targets.map(({ model }) => model.version)).toEqual([2, 2, 2]);
    expect(scorer.statistics().refused).toEqual([]);
    await scorer.close();
  });

  it('says what is wrong with the newest where no version will do', async () => {
    const store = new TinyStore({ m: { 1: JUNK, 2: versionModel(2) } });
    await expect(open(store, { older: true })).rejects.toThrow(/m\/2.*\[N, 1, 2\]|2 cells|T = 2/s);
  });

  it('is not done unless asked for, nor where a version is named', async () => {
    const store = new TinyStore({ m: { 1: anyCells(1), 2: JUNK } });
    await expect(open(store, { older: false })).rejects.toThrow('m/2');
    const named = definitionOf('m', 1, 1, { modelVersion: 2 });
    await expect(
      createScorer([named], store, { nowMs: () => performance.now(), older: true }),
    ).rejects.toThrow('m/2');
  });

  it('holds for definitions that come later', async () => {
    const store = new TinyStore({ m: { 1: anyCells(1) }, n: { 1: anyCells(1), 2: JUNK } });
    const { scorer, events } = await open(store, { older: true });
    const targets = await scorer.redefine([definitionOf('m', 1, 1), definitionOf('n', 1, 1)]);
    expect(targets.map(({ model }) => `${model.identifier}/${model.version}`)).toEqual([
      'm/1',
      'n/1',
    ]);
    expect(events).toMatchObject([{ kind: 'refused', identifier: 'n', version: 2 }]);
    await scorer.close();
  });
});
