/** BigQuery against predictions that were computed elsewhere: the same numbers as from files, whatever the calls go through. */
import { MetricDictionary, type Source } from '@windrow/core';
import { fileSource } from '@windrow/io';
import { bigQuerySource } from '@windrow/io-bigquery';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeBigQuery } from '../../../packages/io-bigquery/test/fake/fake-bigquery.ts';
import type { ReadFault } from '../../../packages/io-bigquery/test/fake/read-service.ts';
import type { Row } from '../../../packages/io-bigquery/test/fake/tables.ts';
import { expectPredictions, withoutRevision } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenJson, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { readAll } from '../kit/memory-source.ts';
import { backfillFixture } from '../kit/run-fixture.ts';

interface GoldenCounts {
  readonly start_ms: number;
  readonly end_ms: number;
  readonly samples: { readonly received: number; readonly applied: number };
}

let fake: FakeBigQuery;
beforeAll(async () => {
  fake = await FakeBigQuery.start();
});
afterAll(() => fake.close());

async function rowsOf(file: string): Promise<Row[]> {
  const { ids, timestampsMs, values } = await readAll(
    fileSource(fixture(`data/${file}`)),
    new MetricDictionary(),
  );
  return ids.map((id, i) => ({
    sensor: id,
    at: BigInt(timestampsMs[i]!) * 1000n,
    reading: values[i]!,
  }));
}

/** Every third response is not the one that was hoped for. */
function faulty(): (stream: string, offset: number, response: number) => ReadFault | null {
  const faults: readonly ReadFault[] = ['unavailable', 'reset', 'internal', 'cut'];
  let asked = 0;
  return () => (++asked % 3 === 0 ? faults[(asked / 3) % faults.length]! : null);
}

describe.skipIf(!hasFixtures)(`backfill from BigQuery equals the goldens${SKIPPED}`, () => {
  const run = async (golden: string, definitions: string, source: Source): Promise<number> => {
    const counts = goldenJson<Record<string, GoldenCounts>>('counts')[golden]!;
    const { report, predictions } = await backfillFixture(
      { source, definitions },
      { range: { afterMs: counts.start_ms, untilMs: counts.end_ms } },
    );
    expectPredictions(predictions.byName, goldenPredictions(golden), withoutRevision);
    return report.samples.received;
  };
  const received = (golden: string): number =>
    goldenJson<Record<string, GoldenCounts>>('counts')[golden]!.samples.received;

  it.each([
    ['liveline-10min.arrow', 'liveline-10min', 'liveline.json', 1, 'none'],
    ['liveline-10min.arrow', 'liveline-10min', 'liveline.json', 5, 'zstd'],
    ['liveline-30min-rough.parquet', 'liveline-30min-rough', 'liveline.ndjson', 3, 'lz4'],
  ] as const)(
    '%s: %s with %s over %i streams, %s',
    async (file, golden, definitions, streams, compression) => {
      fake.tables.set('plant.sensors.live', {
        fields: [
          { name: 'sensor', type: 'STRING' },
          { name: 'at', type: 'TIMESTAMP' },
          { name: 'reading', type: 'FLOAT' },
        ],
        rows: await rowsOf(file),
      });
      fake.reads.fault = faulty();
      fake.reads.batchRows = () => 4099;
      const search = `metric_id=sensor&timestamp=at&value=reading&streams=${streams}&compression=${compression}`;
      const source = bigQuerySource(`bigquery://plant.sensors.live?${search}`, {
        endpoints: fake.endpoints,
        retry: { waitMs: 0 },
      });
      expect(await run(golden, definitions, source)).toBe(received(golden));
      expect(new Set(fake.read.reads.map((read) => read.stream)).size).toBeGreaterThanOrEqual(
        streams,
      );
      expect(fake.read.reads.length).toBeGreaterThan(streams);
    },
  );
});
