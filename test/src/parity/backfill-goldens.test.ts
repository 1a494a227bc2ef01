/** Backfill against predictions and counts that were computed elsewhere, from real data and real models. */
import type { SampleCounts } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { expectPredictions, withoutRevision } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenJson, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { backfillFixture } from '../kit/run-fixture.ts';

interface GoldenCounts {
  readonly start_ms: number;
  readonly end_ms: number;
  readonly predictions: number;
  readonly samples: Omit<SampleCounts, 'out_of_range'>;
  readonly definitions: Readonly<
    Record<
      string,
      {
        readonly model_identifier: string;
        readonly model_version: number;
        readonly windows: number;
        readonly scored: number;
        readonly empty: number;
        readonly incomplete: number;
        readonly below_coverage: number;
        readonly non_finite: number;
      }
    >
  >;
}

/** Data file, definitions, golden. */
const cases = [
  ['liveline.parquet', 'liveline.json', 'liveline'],
  ['liveline.parquet', 'liveline.yaml', 'liveline'],
  ['liveline-30min-rough.parquet', 'liveline.ndjson', 'liveline-30min-rough'],
  ['wells.parquet', 'wells.json', 'wells'],
  ['nab.parquet', 'nab.json', 'nab'],
  ['liveline-10min.csv', 'liveline.json', 'liveline-10min'],
  ['liveline-10min.ndjson', 'liveline.json', 'liveline-10min'],
  ['liveline-10min.arrow', 'liveline.json', 'liveline-10min'],
  ['liveline-10min.arrows', 'liveline.json', 'liveline-10min'],
  ['liveline-10min-binary-id.parquet', 'liveline.json', 'liveline-10min'],
  ['liveline-10min-dictionary.arrow', 'liveline.json', 'liveline-10min'],
  ['liveline-wide-10min.parquet', 'liveline.json', 'liveline-10min'],
] as const;

describe.skipIf(!hasFixtures)(`backfill equals the goldens${SKIPPED}`, () => {
  it.each(cases)('%s with %s', async (data, definitions, golden) => {
    const counts = goldenJson<Record<string, GoldenCounts>>('counts')[golden]!;
    const { report, predictions } = await backfillFixture(
      { source: fixture(`data/${data}`), definitions },
      { range: { afterMs: counts.start_ms, untilMs: counts.end_ms } },
    );
    expectPredictions(predictions.byName, goldenPredictions(golden), withoutRevision);
    expect(report.predictions).toBe(counts.predictions);
    expect(report.samples).toEqual({ ...counts.samples, out_of_range: 0 });
    for (const found of report.definitions) {
      const expected = counts.definitions[found.definition.outputMetricId]!;
      const { windows, scored, empty, incomplete, belowCoverage, nonFinite } = found;
      expect({
        windows,
        scored,
        empty,
        incomplete,
        below_coverage: belowCoverage,
        non_finite: nonFinite,
      }).toEqual({
        windows: expected.windows,
        scored: expected.scored,
        empty: expected.empty,
        incomplete: expected.incomplete,
        below_coverage: expected.below_coverage,
        non_finite: expected.non_finite,
      });
    }
    const used = new Map(
      Array.from(predictions.byName, ([name, { model }]) => [name.slice(0, 36), model]),
    );
    for (const [id, { model_identifier, model_version }] of Object.entries(counts.definitions)) {
      if (!used.has(id)) continue;
      expect(used.get(id)).toMatchObject({ identifier: model_identifier, version: model_version });
    }
  });

  it('gives the same for adjacent ranges as for their union', async () => {
    const counts = goldenJson<Record<string, GoldenCounts>>('counts')['liveline']!;
    const source = fixture('data/liveline.parquet');
    const cutMs = counts.start_ms + 7_000_123;
    const got = [];
    for (const [afterMs, untilMs] of [
      [counts.start_ms, cutMs],
      [cutMs, counts.end_ms],
    ] as const) {
      const run = await backfillFixture(
        { source, definitions: 'liveline.json' },
        { range: { afterMs, untilMs } },
      );
      expect(run.report.samples.out_of_range).toBeGreaterThan(0);
      got.push(...run.predictions.byName);
    }
    expectPredictions(new Map(got), goldenPredictions('liveline'), withoutRevision);
  });
});
