/** The stream, revision by revision, against what was computed elsewhere: disorder, late and very late, a clock that goes back. */
import { MetricDictionary, type SampleCounts } from '@windrow/core';
import { fileSource } from '@windrow/io';
import { describe, expect, it } from 'vitest';
import { expectPredictions, withoutRevision } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenJson, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { MemorySource, readAll } from '../kit/memory-source.ts';
import { streamFixture } from '../kit/run-fixture.ts';

interface GoldenStream {
  readonly data: string;
  readonly definitions: string;
  readonly out_of_order_s: number;
  readonly samples: Omit<SampleCounts, 'out_of_range'>;
  readonly predictions: number;
  readonly windows: number;
  readonly revised: number;
}

const goldens = hasFixtures ? goldenJson<Record<string, GoldenStream>>('stream-counts') : {};

describe.skipIf(!hasFixtures)(`the stream equals the goldens${SKIPPED}`, () => {
  it.each(Object.entries(goldens))('%s', async (name, golden) => {
    const { report, predictions } = await streamFixture(
      { source: fixture(`data/${golden.data}`), definitions: golden.definitions },
      golden.out_of_order_s * 1000,
    );
    expectPredictions(predictions.byName, goldenPredictions(name));
    expect(report.samples).toEqual({ ...golden.samples, out_of_range: 0 });
    const sum = (of: 'scored' | 'revised'): number =>
      report.definitions.reduce((total, counts) => total + counts[of], 0);
    expect({ windows: sum('scored'), revised: sum('revised') }).toEqual({
      windows: golden.windows,
      revised: golden.revised,
    });
  });

  it.each([[[1]], [[3, 1000, 2, 50_000]]])('in batches of %j: the same', async (sizes) => {
    const golden = goldens['stream-delayed-late']!;
    const file = fileSource(fixture(`data/${golden.data}`));
    const source = new MemorySource(await readAll(file, new MetricDictionary()), sizes);
    const { report, predictions } = await streamFixture(
      { source, definitions: golden.definitions },
      golden.out_of_order_s * 1000,
    );
    expectPredictions(predictions.byName, goldenPredictions('stream-delayed-late'));
    expect(report.samples).toEqual({ ...golden.samples, out_of_range: 0 });
  });

  it.each([
    ['liveline-30min-rough.parquet', 'liveline-late.json', 'liveline-30min-rough'],
    ['nab.parquet', 'nab.json', 'nab'],
  ])(
    '%s with %s: the last revisions are those of a backfill',
    async (data, definitions, golden) => {
      const { predictions } = await streamFixture(
        { source: fixture(`data/${data}`), definitions },
        5000,
      );
      const last = new Map<
        string,
        { value: number; model: { identifier: string; version: number; sha256: string } }
      >();
      for (const [name, prediction] of predictions.byName)
        last.set(withoutRevision(name), prediction);
      const expected = goldenPredictions(golden);
      // The golden's range ends before the stream's last windows, which only the end of the input makes due.
      const latest = Math.max(...Array.from(expected.keys(), (name) => Number(name.slice(37))));
      for (const name of last.keys()) if (Number(name.slice(37)) > latest) last.delete(name);
      expectPredictions(last, expected);
    },
  );
});
