/** All points of a data set in one file, sorted by metric and time: the strongest form of formats made for files. */
import { statSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { MetricDictionary, SampleColumns } from '@windrow/core';
import { batchContenders } from './batch-contenders.ts';
import type { Series } from './datasets.ts';

/** A file and its size. */
export interface WholeFile {
  readonly name: string;
  readonly bytes: number;
}

/** Parquet by DuckDB, Arrow IPC and the stream form. */
export async function wholeFiles(series: readonly Series[]): Promise<readonly WholeFile[]> {
  const batch = sortedBatch(series);
  const arrow = batchContenders.find(({ name }) => name === 'Arrow IPC')!.encode(batch);
  const stream = batchContenders.find(({ name }) => name === 'stream')!.encode(batch).length;
  const best = { params: { [constants.ZSTD_c_compressionLevel]: 19 } };
  return [
    { name: 'stream (in one file)', bytes: stream },
    { name: 'Arrow IPC + zstd (in one file)', bytes: zstdCompressSync(arrow).length },
    {
      name: 'Arrow IPC + zstd level 19 (in one file)',
      bytes: zstdCompressSync(arrow, best).length,
    },
    ...(await parquetFiles(batch)),
  ];
}

function sortedBatch(series: readonly Series[]): SampleColumns {
  const rows = series.reduce((sum, { points }) => sum + points.length, 0);
  const batch = new SampleColumns(new MetricDictionary(), rows);
  for (const { id, points } of series) {
    const slot = batch.dictionary.intern(id);
    for (let i = 0; i < points.length; i++) {
      batch.push(slot, points.timestampsMs[i]!, points.values[i]!);
    }
  }
  return batch;
}

const parquetOptions: readonly (readonly [name: string, options: string])[] = [
  ['Parquet, DuckDB, zstd (in one file)', 'COMPRESSION zstd'],
  ['Parquet v2, DuckDB, zstd (in one file)', 'COMPRESSION zstd, PARQUET_VERSION v2'],
  [
    'Parquet v2, DuckDB, zstd level 19, one row group (in one file)',
    'COMPRESSION zstd, COMPRESSION_LEVEL 19, PARQUET_VERSION v2, ROW_GROUP_SIZE 10000000',
  ],
  [
    'Parquet, DuckDB, zstd level 19, one row group (in one file)',
    'COMPRESSION zstd, COMPRESSION_LEVEL 19, ROW_GROUP_SIZE 10000000',
  ],
];

async function parquetFiles(batch: SampleColumns): Promise<readonly WholeFile[]> {
  const folder = mkdtempSync(join(tmpdir(), 'windrow-bench-'));
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    await connection.run('SET threads = 1');
    await connection.run(
      'CREATE TABLE samples (metric_id TEXT, timestamp_ms BIGINT, value DOUBLE)',
    );
    const appender = await connection.createAppender('samples');
    for (let row = 0; row < batch.length; row++) {
      appender.appendVarchar(batch.dictionary.text(batch.slots[row]!));
      appender.appendBigInt(BigInt(batch.timestampsMs[row]!));
      appender.appendDouble(batch.values[row]!);
      appender.endRow();
    }
    appender.closeSync();
    const files: WholeFile[] = [];
    for (const [name, options] of parquetOptions) {
      const path = join(folder, 'samples.parquet');
      await connection.run(`COPY samples TO '${path}' (FORMAT parquet, ${options})`);
      files.push({ name, bytes: statSync(path).size });
    }
    return files;
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(folder, { recursive: true });
  }
}
