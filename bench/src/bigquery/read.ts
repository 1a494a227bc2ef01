/** Process: reads the table three times as one contender, and prints what the third time took. */
import { BigQueryReadClient, protos } from '@google-cloud/bigquery-storage';
import { MetricDictionary } from '@windrow/core';
import { bigQuerySource } from '@windrow/io-bigquery';
import { GoogleAuth, googleAuthLibrary, grpc } from 'google-gax';
import { TABLE, type ReadResult, type ReadTask } from './table.ts';

const task = JSON.parse(process.argv[2] ?? '{}') as ReadTask;
const readAll = task.contender === 'client' ? bareClient() : source();
await readAll();
await readAll();
const startMs = performance.now();
const before = process.cpuUsage();
const rows = await readAll();
const wallMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(before);
const result: ReadResult = { rows, wallMs, cpuMs: (user + system) / 1000 };
process.stdout.write(JSON.stringify(result), () => process.exit());

function reject(): void {
  throw new Error('a row was rejected');
}

function source(): () => Promise<number> {
  const { endpoints, compression } = task;
  const uri = `bigquery://${TABLE}?streams=1&compression=${compression}`;
  const table = bigQuerySource(uri, { endpoints });
  return async () => {
    const dictionary = new MetricDictionary();
    let count = 0;
    for (const split of await table.splits(null)) {
      for await (const batch of table.read(split, { dictionary, range: null, reject })) {
        count += batch.length;
      }
    }
    return count;
  };
}

function bareClient(): () => Promise<number> {
  const { DataFormat } = protos.google.cloud.bigquery.storage.v1;
  const [host, port] = task.endpoints.storage!.split(':');
  const client = new BigQueryReadClient({
    apiEndpoint: host!,
    port: Number(port),
    sslCreds: grpc.credentials.createInsecure(),
    auth: new GoogleAuth({ authClient: new googleAuthLibrary.PassThroughClient() }),
  });
  const [project, dataset, table] = TABLE.split('.');
  const codecs = { none: 0, lz4: 1, zstd: 2 } as const;
  return async () => {
    const [session] = await client.createReadSession({
      parent: `projects/${project}`,
      maxStreamCount: 1,
      readSession: {
        table: `projects/${project}/datasets/${dataset}/tables/${table}`,
        dataFormat: DataFormat.ARROW,
        readOptions: {
          selectedFields: ['metric_id', 'timestamp', 'value'],
          arrowSerializationOptions: { bufferCompression: codecs[task.compression] },
        },
      },
    });
    let count = 0;
    for (const stream of session.streams ?? []) {
      const call = client.readRows({ readStream: stream.name!, offset: 0 });
      for await (const response of call as AsyncIterable<{ readonly rowCount: unknown }>) {
        count += Number(response.rowCount);
      }
    }
    return count;
  };
}
