/** With `reproducible`, a window's score does not depend on what is run beside it, to the last bit. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createScorer } from '../src/create-scorer.ts';
import { FolderModelStore } from '../src/folder-model-store.ts';
import { FIXTURES, areFixturesMissing, fixtureDefinitions } from './fixtures.ts';
import { meanModel } from './onnx-bytes.ts';
import { ScorerBench } from './scorer-bench.ts';
import { definitionOf } from './tiny-store.ts';

const WINDOWS = 60;

/** A number from 0 to 1 for each cell, always the same. */
function cellOf(target: number, end: number, cell: number): number {
  let h = Math.imul(target * 7919 + end * 104_729 + cell + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 2 ** 32;
}

async function scoresOf(drainEvery: number): Promise<Map<string, number>> {
  const definitions = fixtureDefinitions('liveline');
  const scorer = await createScorer(definitions, new FolderModelStore(join(FIXTURES, 'models')), {
    nowMs: () => performance.now(),
    reproducible: true,
  });
  const found = new Map<string, number>();
  const drain = (all: boolean): Promise<void> =>
    scorer.drain(all, ({ length, targets, windowEndsMs, values }) => {
      for (let i = 0; i < length; i++) found.set(`${targets[i]} ${windowEndsMs[i]}`, values[i]!);
    });
  for (let end = 0; end < WINDOWS; end++) {
    for (const [target, { definition }] of scorer.targets.entries()) {
      let row = scorer.reserve(target);
      for (; row === null; row = scorer.reserve(target)) await drain(false);
      const cells =
        (definition.inputMetricIds.length * definition.windowMs) / definition.resolutionMs;
      for (let i = 0; i < cells; i++) row.data[row.offset + i] = 10 + 90 * cellOf(target, end, i);
      scorer.commit(target, end);
    }
    if ((end + 1) % drainEvery === 0) await drain(true);
  }
  await drain(true);
  await scorer.close();
  return found;
}

describe('reproducible scores', () => {
  it.skipIf(areFixturesMissing)(
    `real models, alone or beside others${areFixturesMissing ? ' (skipped: ../shared is not beside the project)' : ''}`,
    async () => {
      const together = await scoresOf(WINDOWS);
      expect(together.size).toBe(WINDOWS * fixtureDefinitions('liveline').length);
      for (const drainEvery of [1, 7, 17]) expect(await scoresOf(drainEvery)).toEqual(together);
    },
  );

  it('rows that make up a run are nobody’s', async () => {
    const bench = await ScorerBench.over({ m: meanModel(['N', 1, 8]) }, [definitionOf('m', 1, 8)], {
      reproducible: true,
    });
    for (let end = 0; end < 5; end++) await bench.put(0, end, end);
    await bench.drain(true);
    expect(bench.scores.map(({ end, value }) => [end, value])).toEqual(
      [0, 1, 2, 3, 4].map((i) => [i, i]),
    );
    const { models } = bench.scorer.statistics();
    expect(models[0]?.scoredRows).toBe(5);
    await bench.scorer.close();
  });
});
