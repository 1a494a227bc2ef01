/** Worker threads score what one thread scores: real data, real models, predictions that were computed elsewhere. */
import { describe, expect, it } from 'vitest';
import { OpenJob, runBackfill } from '@windrow/pipeline';
import { SpillFolder } from '@windrow/io';
import { CollectingPredictions } from '../kit/collecting-sink.ts';
import { expectPredictions, withoutRevision } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenJson, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';

interface Range {
  readonly start_ms: number;
  readonly end_ms: number;
}

const cases = [
  ['liveline.parquet', 'liveline.json', 'liveline'],
  ['wells.parquet', 'wells.json', 'wells'],
  ['nab.parquet', 'nab.json', 'nab'],
] as const;

describe.skipIf(!hasFixtures)(`backfill with workers equals the goldens${SKIPPED}`, () => {
  it.each(cases)('%s with %s', async (data, definitions, golden) => {
    const nowMs = (): number => performance.now();
    const job = await OpenJob.open({
      definitions: fixture(`definitions/${definitions}`),
      models: fixture('models'),
      workers: 2,
      source: fixture(`data/${data}`),
      sinks: [],
      deadLetters: null,
      factories: {},
      log: undefined,
      nowMs,
    });
    const range = goldenJson<Record<string, Range>>('counts')[golden]!;
    const predictions = new CollectingPredictions();
    const spill = new SpillFolder();
    try {
      const report = await runBackfill({
        source: job.source,
        scorer: job.scorer,
        dictionary: job.dictionary,
        sinks: [predictions],
        deadLetters: null,
        nowMs,
        range: { afterMs: range.start_ms, untilMs: range.end_ms },
        spill,
      });
      expectPredictions(predictions.byName, goldenPredictions(golden), withoutRevision);
      const { models, workersLost } = job.scorer.statistics();
      const scored = models.reduce((sum, m) => sum + m.scoredRows - m.nonFiniteRows, 0);
      expect([scored, workersLost]).toEqual([report.predictions, 0]);
    } finally {
      await spill.close();
      await job.close();
    }
  });
});
