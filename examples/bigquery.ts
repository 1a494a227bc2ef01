/** An hour of samples of a BigQuery table, counted by metric. Needs Application Default Credentials, and a table of samples. */
import { MetricDictionary, parseTime } from '@windrow/core';
import { bigQuerySource, estimateBigQuery } from '@windrow/io-bigquery';

const uri = 'bigquery://my-project.plant.samples?parent=my-project';
const metricIds = ['00000000-0000-4000-8000-000000000001'];
const startMs = parseTime('2026-01-05T00:00:00Z', 'start');
const range = { startMs, endMs: startMs + 3_600_000 };

// What it would read, before it is read.
const estimate = await estimateBigQuery(uri, range, metricIds);
process.stdout.write(`${JSON.stringify(estimate)}\n`);

const source = bigQuerySource(uri, { metricIds });
const dictionary = MetricDictionary.of(metricIds);
let count = 0;
for (const split of await source.splits(range)) {
  for await (const batch of source.read(split, { dictionary, range, reject: () => {} })) {
    count += batch.length;
  }
}
process.stdout.write(`${count} samples\n`);
await source.close();
