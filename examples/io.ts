/** A CSV file as a source of samples, row by row accounted for, and the same samples as a Parquet file. */
import { writeFile } from 'node:fs/promises';
import { MetricDictionary } from '@windrow/core';
import { openSampleSink, openSource } from '@windrow/io';

const pressure = '00000000-0000-4000-8000-000000000001';
await writeFile(
  'pressures.csv',
  `metric_id,timestamp_ms,value
${pressure},1767571200000,62.5
${pressure},yesterday,62.6
${pressure},1767571202000,62.7
`,
);

// By the extension: .csv, .ndjson, .parquet, .arrow, .records; compressed too. Folders and patterns name several files.
const source = await openSource('pressures.csv');
const sink = await openSampleSink('pressures.parquet');
const dictionary = MetricDictionary.of([pressure]);
for (const split of await source.splits(null)) {
  const samples = source.read(split, {
    dictionary,
    range: null,
    reject: ({ row, reason }) => process.stdout.write(`row ${row}: ${reason}\n`),
  });
  for await (const batch of samples) await sink.write(batch);
}
// Nothing stands under its name before it is complete.
await sink.commit();
await source.close();

const parquet = await openSource('pressures.parquet');
for (const split of await parquet.splits(null)) {
  process.stdout.write(`${split.rowCount} samples from ${split.minMs} to ${split.maxMs}\n`);
}
await parquet.close();
