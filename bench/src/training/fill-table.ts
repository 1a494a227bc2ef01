/** `fill-table.ts FOLDER SAMPLES.parquet KEY`: the samples as a table of the embedded ClickHouse, `plant.samples`, sorted by the key. */
import { createClient } from '@clickhouse/client';
import { connectionTo } from '../clickhouse/chdb-connection.ts';

const [, , folder, samples, key] = process.argv;
const client = createClient({ connection: await connectionTo(folder!) });
const steps = [
  'CREATE DATABASE plant',
  `CREATE TABLE plant.samples (metric_id UUID, timestamp_ms DateTime64(3, 'UTC'), value Float64) ENGINE = MergeTree ORDER BY (${key}) SETTINGS old_parts_lifetime = 0`,
  `INSERT INTO plant.samples SELECT toUUID(assumeNotNull(metric_id)), fromUnixTimestamp64Milli(assumeNotNull(timestamp_ms), 'UTC'), value FROM file('${samples}')`,
  'OPTIMIZE TABLE plant.samples FINAL',
];
for (const query of steps) await client.command({ query });
await client.close();
