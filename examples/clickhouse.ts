/** A day of samples of a ClickHouse table in order of time, without a copy. Needs a server with a table of samples. */
import { MetricDictionary, parseTime } from '@windrow/core';
import { clickhouseSource } from '@windrow/io-clickhouse';

const metricIds = ['00000000-0000-4000-8000-000000000001'];
const startMs = parseTime('2026-01-05T00:00:00Z', 'start');
const range = { startMs, endMs: startMs + 86_400_000 };

// The password is looked up in the environment that is handed over: CLICKHOUSE_PASSWORD.
const source = clickhouseSource('clickhouse://reader@localhost:8123/plant.samples', {
  metricIds,
  environment: process.env,
});
const dictionary = MetricDictionary.of(metricIds);
let count = 0;
for (const split of await source.splits(range)) {
  for await (const batch of source.read(split, { dictionary, range, reject: () => {} })) {
    count += batch.length;
  }
}
process.stdout.write(`${count} samples\n`);
await source.close();
