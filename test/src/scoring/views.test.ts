/** Real models over windows that lie ready, a live stream of ten minutes: the scores of windows that were copied into batches. */
import { MetricDictionary } from '@windrow/core';
import { fileSource, readDefinitions } from '@windrow/io';
import { createScorer, openModelStore, type ModelScorer } from '@windrow/scoring';
import { WindowEngine, type DeliveryRule } from '@windrow/windowing';
import { describe, expect, it } from 'vitest';
import { SKIPPED, fixture, hasFixtures } from '../kit/fixtures.ts';

async function scoresOf(
  delivery: DeliveryRule,
): Promise<{ scores: Map<string, number>; lent: number }> {
  const { definitions } = await readDefinitions(fixture('definitions/liveline.json'));
  const store = await openModelStore(fixture('models'));
  const scorer: ModelScorer = await createScorer(definitions, store, {
    nowMs: () => performance.now(),
  });
  const dictionary = MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds));
  const engine = new WindowEngine(scorer.targets, {
    dictionary,
    outOfOrderMs: 5000,
    aheadMs: 0,
    range: { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY },
    delivery,
  });
  const scores = new Map<string, number>();
  const runAll = async (): Promise<void> => {
    let isDone = false;
    while (!isDone) {
      isDone = engine.run(scorer);
      await scorer.drain(isDone, ({ length, targets, windowEndsMs, values }) => {
        for (let i = 0; i < length; i++) scores.set(`${targets[i]} ${windowEndsMs[i]}`, values[i]!);
      });
    }
  };
  const source = fileSource(fixture('data/liveline-10min.csv'));
  const reject = (): void => undefined;
  for (const split of await source.splits(null)) {
    for await (const batch of source.read(split, { dictionary, range: null, reject })) {
      engine.push(batch);
      await runAll();
    }
  }
  engine.finish();
  await runAll();
  const views = engine.lines.flatMap((line) => line.windows);
  const lent = views.filter((window) => window.plan.delivery.kind === 'view').length;
  await scorer.close();
  return { scores, lent };
}

describe.skipIf(!hasFixtures)(`scores of views${SKIPPED}`, () => {
  it('are those of copies', { timeout: 60_000 }, async () => {
    const copied = await scoresOf('by_the_hundred');
    const viewed = await scoresOf('view');
    expect([copied.lent, viewed.lent]).toEqual([0, 10]);
    expect(viewed.scores.size).toBe(copied.scores.size);
    expect(copied.scores.size).toBeGreaterThan(300);
    for (const [window, value] of copied.scores) {
      const own = viewed.scores.get(window)!;
      // A float32 model adds up in another order in a run of one row: a few of its last digits differ.
      const isNear = Object.is(own, value) || Math.abs(own - value) <= 1e-5 * Math.abs(value);
      expect(isNear, `${window}: ${own}, ${value}`).toBe(true);
    }
  });
});
