/** From files to BigQuery and back: the table holds the golden predictions, each once, however often the job runs. */
import { MetricDictionary, type PredictionBatch, type Sink } from '@windrow/core';
import { SpillFolder, fileSource, readDefinitions } from '@windrow/io';
import { openBigQueryPredictions } from '@windrow/io-bigquery';
import { runBackfill } from '@windrow/pipeline';
import { FolderModelStore, createScorer } from '@windrow/scoring';
import { describe, expect, it } from 'vitest';
import { FakeBigQuery } from '../../../packages/io-bigquery/test/fake/fake-bigquery.ts';
import { expectPredictions } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenJson, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';

async function backfillTo(sink: Sink<PredictionBatch>): Promise<void> {
  const { definitions } = await readDefinitions(fixture('definitions/liveline.json'));
  const nowMs = (): number => performance.now();
  const scorer = await createScorer(definitions, new FolderModelStore(fixture('models')), {
    nowMs,
  });
  const source = fileSource(fixture('data/liveline-10min.arrow'));
  const spill = new SpillFolder();
  const counts = goldenJson<Record<string, { start_ms: number; end_ms: number }>>('counts');
  const { start_ms, end_ms } = counts['liveline-10min']!;
  try {
    await runBackfill({
      source,
      scorer,
      dictionary: MetricDictionary.of(definitions.flatMap((d) => d.inputMetricIds)),
      sinks: [sink],
      deadLetters: null,
      nowMs,
      range: { afterMs: start_ms, untilMs: end_ms },
      spill,
    });
    await sink.commit();
  } finally {
    await sink.abort();
    await spill.close();
    await scorer.close();
    await source.close();
  }
}

describe.skipIf(!hasFixtures)(`predictions in BigQuery equal the goldens${SKIPPED}`, () => {
  it('once, and again, with an append and a commit whose answers were lost', async () => {
    const fake = await FakeBigQuery.start();
    fake.writes.append = () =>
      fake.write.appends.length % 3 === 1 ? 'unavailable after storing' : null;
    fake.writes.commit = (attempt) => (attempt % 2 === 0 ? 'unavailable after' : null);
    const golden = goldenPredictions('liveline-10min');
    for (let round = 0; round < 2; round++) {
      const sink = await openBigQueryPredictions('bigquery://plant.results.predictions?create=1', {
        endpoints: fake.endpoints,
        retry: { waitMs: 0 },
        nowMs: Date.now,
        requestBytes: 20_000,
      });
      await backfillTo(sink);
      const { rows } = fake.tables.get('plant.results.predictions')!;
      const byName = new Map(
        rows.map((row) => {
          const [identifier, sha256] = [
            String(row['model_identifier']),
            String(row['model_sha256']),
          ];
          const model = { identifier, version: Number(row['model_version']), sha256 };
          const name = `${String(row['metric_id'])},${Number(row['window_end']) / 1000}`;
          return [name, { value: Number(row['value']), model }];
        }),
      );
      expect(rows).toHaveLength(byName.size);
      expectPredictions(byName, golden);
    }
    expect(fake.tables.names()).toEqual(['plant.results.predictions']);
    await fake.close();
  });
});
