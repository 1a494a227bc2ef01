import { describe, expect, it } from 'vitest';
import { createScorer, type ScorerOptions } from '../src/create-scorer.ts';
import type { ModelEvent } from '../src/model-events.ts';
import type { ScorerStatistics } from '../src/scorer-statistics.ts';
import { POISON } from './poison.ts';
import { ScorerBench } from './scorer-bench.ts';
import { TinyStore, definitionOf, metricId } from './tiny-store.ts';
import { STEP, versionGolden, versionModel } from './version-model.ts';

const LINES = 4;

interface Setting {
  readonly store: TinyStore;
  readonly bench: ScorerBench;
  readonly events: ModelEvent[];
}

/** A definition of model `m` on each of four lines. */
async function open(options: Partial<ScorerOptions> = {}): Promise<Setting> {
  const store = new TinyStore({ m: { 1: versionModel(1) } });
  const events: ModelEvent[] = [];
  const definitions = Array.from({ length: LINES }, (_, i) =>
    definitionOf('m', 1, 1, { lineId: metricId(i) }),
  );
  const scorer = await createScorer(definitions, store, {
    nowMs: () => performance.now(),
    workers: 2,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { store, bench: new ScorerBench(scorer), events };
}

const DYING = new URL('./dying-worker.ts', import.meta.url);
const SHORT_LIVED = new URL('./short-lived-worker.ts', import.meta.url);
const COUNT = 240;
/** The machine may be busy. */
const PATIENT = { timeout: 30_000 } as const;

describe('workers', () => {
  it('score while the caller does something else', async () => {
    const { bench } = await open();
    let end = 0;
    while (bench.offer(0, end, end)) end++;
    await expect.poll(() => bench.scorer.statistics().models[0]!.scoredRows).toBeGreaterThan(100);
    expect(bench.scores).toEqual([]);
    await bench.drain(true);
    expect(bench.scores.map((s) => s.value)).toEqual(
      Array.from({ length: end }, (_, i) => i + STEP),
    );
    await bench.scorer.close();
  });

  it('a new version takes its place in all of them, or in none', async () => {
    const { store, bench, events } = await open();
    store.put('m', 2, versionModel(2));
    await bench.scorer.refresh();
    for (let target = 0; target < LINES; target++) await bench.put(target, 1, target);
    await bench.drain(true);
    const values = bench.scores.map((s) => s.value).toSorted((a, b) => a - b);
    expect(values).toEqual([0, 1, 2, 3].map((v) => v + 2 * STEP));
    store.put('m', 3, versionModel(3, 2));
    await bench.scorer.refresh();
    expect(bench.scorer.targets.map((t) => t.model.version)).toEqual([2, 2, 2, 2]);
    await bench.scorer.close();
    expect(events.map((e) => e.kind)).toEqual(['swapped', 'released', 'released', 'refused']);
  });
});

describe('a worker that dies', () => {
  it('is replaced, and what it held is scored again: nothing is lost, doubled or out of order', async () => {
    const { bench, events } = await open({ workerEntry: SHORT_LIVED });
    for (let end = 0; end < COUNT; end++) {
      await bench.put(end % LINES, end, end);
      if (end % 10 === 0) await bench.drain(true);
    }
    await bench.drain(true);
    const expected = (t: number): number[] =>
      Array.from({ length: COUNT }, (_, end) => end).filter((end) => end % LINES === t);
    for (let target = 0; target < LINES; target++) {
      const own = bench.scores.filter((s) => s.target === target);
      expect(own.map((s) => s.end)).toEqual(expected(target));
      expect(own.every((s) => s.value === s.end + STEP)).toBe(true);
    }
    const { workersLost, models } = bench.scorer.statistics();
    expect(workersLost).toBeGreaterThan(4);
    expect(events.filter((e) => e.kind === 'worker_lost')).toHaveLength(workersLost);
    expect(models[0]).toMatchObject({
      scoredRows: COUNT,
      repeatedRuns: workersLost,
      failedRows: { worker: 0 },
      lastError: { message: expect.stringMatching(/scoring worker \d ended with exit code 3/) },
    });
    await bench.scorer.close();
  });

  it('again and again on the same windows ends in an error that says so; the others are scored', async () => {
    const { bench } = await open({ workerEntry: DYING });
    await bench.put(0, 1, POISON);
    await bench.put(1, 1, 5);
    await expect(bench.drain(true)).rejects.toThrow(
      /tiny:m.*: tried 3 times on the same windows, since workers died: .*exit code 3/,
    );
    await bench.drain(true);
    await bench.put(0, 2, 6);
    await bench.drain(true);
    expect(bench.scores.map((s) => [s.target, s.end, s.value])).toEqual([
      [1, 1, STEP + 5],
      [0, 2, STEP + 6],
    ]);
    expect(bench.scorer.statistics()).toMatchObject({
      workersLost: 3,
      models: [{ failedRows: { worker: 1 }, repeatedRuns: 2, scoredRows: 2 }],
    });
    await bench.scorer.close();
  });

  it('while it loads a new version: that is refused for now, and taken with the next refresh', async () => {
    const { store, bench } = await open({ workers: 1, workerEntry: DYING });
    store.put('m', 2, versionModel(2));
    store.goldens['m/2'] = versionGolden(2, POISON);
    await bench.scorer.refresh();
    expect(bench.scorer.targets[0]!.model.version).toBe(1);
    expect(bench.scorer.statistics().refused[0]?.message).toMatch(/exit code 3/);
    await bench.put(0, 1, 5);
    await bench.drain(true);
    expect(bench.scores[0]?.value).toBe(STEP + 5);
    store.goldens['m/2'] = versionGolden(2, 7);
    await bench.scorer.refresh();
    expect(bench.scorer.targets[0]!.model.version).toBe(2);
    await bench.scorer.close();
  });

  it('is down until the next one has its models again, which waits for no window', async () => {
    const { store, bench } = await open({ workers: 1, workerEntry: DYING });
    const statistics = (): ScorerStatistics => bench.scorer.statistics();
    const gate = Promise.withResolvers<void>();
    const openFile = store.open.bind(store);
    store.open = (identifier, version) => gate.promise.then(() => openFile(identifier, version));
    await bench.put(0, 1, POISON);
    const drained = bench.drain(true);
    await expect.poll(() => bench.scorer.workersDown, PATIENT).toBe(1);
    expect(statistics()).toMatchObject({ workersLost: 1, loadedModels: 0 });
    gate.resolve();
    await expect(drained).rejects.toThrow(/tried 3 times/);
    await expect.poll(() => bench.scorer.workersDown, PATIENT).toBe(0);
    expect(statistics()).toMatchObject({ workersLost: 3, loadedModels: 1 });
    await bench.scorer.close();
  });

  it('is down as long as one of its models is away; the others come back', async () => {
    const store = new TinyStore({ m: { 1: versionModel(1) }, n: { 1: versionModel(1) } });
    const definitions = ['n', 'm'].map((name) => definitionOf(name, 1, 1));
    const scorer = await createScorer(definitions, store, {
      nowMs: () => performance.now(),
      workers: 1,
      workerEntry: DYING,
    });
    const bench = new ScorerBench(scorer);
    store.remove('n', 1);
    await bench.put(1, 1, POISON);
    await expect(bench.drain(true)).rejects.toThrow(/tried 3 times/);
    await expect.poll(() => scorer.statistics().loadedModels, PATIENT).toBe(1);
    expect(scorer.workersDown).toBe(1);
    store.put('n', 1, versionModel(1));
    await expect.poll(() => scorer.workersDown, PATIENT).toBe(0);
    expect(scorer.statistics().loadedModels).toBe(2);
    await scorer.close();
  });

  it('just before the scorer is closed: nothing is left behind', async () => {
    const { store, bench } = await open({ workers: 1, workerEntry: DYING });
    store.remove('m', 1);
    await bench.put(0, 1, POISON);
    await expect(bench.drain(true)).rejects.toThrow(/cannot be loaded again/);
    expect(bench.scorer.workersDown).toBe(1);
    await bench.scorer.close();
  });

  it('before it can say anything: the scorer is not made', async () => {
    const opening = open({ workerEntry: new URL('./no-such-file.ts', import.meta.url) });
    await expect(opening).rejects.toThrow(
      /scoring worker 0 ended with exit code 1: .*no-such-file/,
    );
  });
});
