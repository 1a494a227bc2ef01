/** The order of the rows, the split into batches and the room for what waits change nothing but who gets there first. */
import { MetricDictionary } from '@windrow/core';
import { fileSource } from '@windrow/io';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectPredictions, withoutRevision } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { MemorySource, readAll, reordered, shuffled, type Rows } from '../kit/memory-source.ts';
import { backfillFixture } from '../kit/run-fixture.ts';

const range = { afterMs: 1_551_877_200_000, untilMs: 1_551_879_060_000 };
const definitions = 'liveline.json';

describe.skipIf(!hasFixtures)(`rows in any order${SKIPPED}`, () => {
  let rows: Rows;
  beforeAll(async () => {
    const source = fileSource(fixture('data/liveline-30min-rough.parquet'));
    rows = await readAll(source, new MetricDictionary());
  });

  const orders: readonly (readonly [string, (length: number) => number[]])[] = [
    ['backwards', (length) => Array.from({ length }, (_, i) => length - 1 - i)],
    ['shuffled', (length) => shuffled(length, 1)],
    ['shuffled otherwise', (length) => shuffled(length, 77)],
  ];
  it.each(orders)('%s: the same predictions', async (_name, orderOf) => {
    const source = new MemorySource(reordered(rows, orderOf(rows.ids.length)), [7, 65_536, 1, 999]);
    const { report, predictions } = await backfillFixture({ source, definitions }, { range });
    expectPredictions(
      predictions.byName,
      goldenPredictions('liveline-30min-rough'),
      withoutRevision,
    );
    const { received, invalid, unrouted, applied, superseded, duplicate } = report.samples;
    expect({ received, invalid, unrouted }).toEqual({
      received: 160_067,
      invalid: 120,
      unrouted: 131_871,
    });
    expect(applied + superseded + duplicate).toBe(27_439 + 155 + 482);
  });

  it('sorted by metric, with room for few: the same predictions by way of the disk', async () => {
    const order = Array.from({ length: rows.ids.length }, (_, i) => i).toSorted((a, b) =>
      rows.ids[a]! < rows.ids[b]! ? -1 : rows.ids[a]! > rows.ids[b]! ? 1 : a - b,
    );
    const source = new MemorySource(reordered(rows, order), [10_000]);
    const { report, predictions } = await backfillFixture(
      { source, definitions },
      { range, laterRowsMax: 4096 },
    );
    expectPredictions(
      predictions.byName,
      goldenPredictions('liveline-30min-rough'),
      withoutRevision,
    );
    expect(report.later.spilled).toBeGreaterThan(10_000);
    // A stable sort keeps the order of arrival of every metric, and so every heading.
    expect(report.samples).toMatchObject({ applied: 27_439, superseded: 155, duplicate: 482 });
  });
});
