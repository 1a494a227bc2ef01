/** Objects of a bucket as one source of samples, and a store of blobs. Needs Application Default Credentials. */
import { MetricDictionary } from '@windrow/core';
import { GcsBlobStore, gcsSource } from '@windrow/io-gcs';

const dictionary = MetricDictionary.of(['00000000-0000-4000-8000-000000000001']);
const source = gcsSource('gs://my-bucket/plant/**.parquet');
let count = 0;
for (const split of await source.splits(null)) {
  const options = { dictionary, range: null, reject: () => {} };
  for await (const batch of source.read(split, options)) count += batch.length;
}
await source.close();

const store = new GcsBlobStore('gs://my-bucket/counts');
await store.put('plant.txt', new TextEncoder().encode(`${count} samples\n`));
