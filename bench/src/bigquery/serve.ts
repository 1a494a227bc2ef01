/** Process: the fake of BigQuery with a table of samples that is sent over and over. Prints its endpoints; ends with its parent. */
import { FakeBigQuery } from '../../../packages/io-bigquery/test/fake/fake-bigquery.ts';
import { TABLE, type ServedTable } from './table.ts';

const BATCH_ROWS = 16_384;
const ROWS = 65_536;
const METRICS = 500;
const START_MS = 1_700_000_000_000;

const { repeat } = JSON.parse(process.argv[2] ?? '{}') as ServedTable;
const fake = await FakeBigQuery.start();
fake.reads.batchRows = () => BATCH_ROWS;
fake.tables.set(TABLE, {
  fields: [
    { name: 'metric_id', type: 'STRING', mode: 'REQUIRED' },
    { name: 'timestamp', type: 'TIMESTAMP', mode: 'REQUIRED' },
    { name: 'value', type: 'FLOAT' },
  ],
  rows: Array.from({ length: ROWS }, (_, i) => ({
    metric_id: `6f1d8a52-0000-4000-8000-${(i % METRICS).toString(16).padStart(12, '0')}`,
    timestamp: BigInt(START_MS + Math.floor(i / METRICS) * 1000) * 1000n,
    value: Math.round(Math.sin(i) * 1e4) / 100,
  })),
  repeat,
});
process.stdout.write(`${JSON.stringify(fake.endpoints)}\n`);
process.stdin.on('end', () => process.exit()).resume();
