import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  MetricDictionary,
  type DeadLetter,
  type Definition,
  type PredictionBatch,
  type SampleBatch,
} from '@windrow/core';
import { tableFromIPC } from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { describe, expect, it } from 'vitest';
import {
  fileSource,
  openDeadLetterSink,
  openPredictionSink,
  openSampleSink,
} from '../src/index.ts';
import {
  FORMS,
  batchOf,
  idOf,
  keysOf,
  readAll,
  someRows,
  withFolder,
  writeRows,
} from './samples.ts';
import { fileSinkContract } from './sink-contract.ts';

const COLUMNS = [
  'metric_id',
  'timestamp_ms',
  'value',
  'line_id',
  'device_id',
  'machine_id',
  'name',
  'window_start_ms',
  'window_end_ms',
  'model_identifier',
  'model_version',
  'model_sha256',
  'revision',
];

const definition: Definition = {
  inputMetricIds: [idOf(1)],
  windowMs: 300_000,
  stepMs: 10_000,
  resolutionMs: 1000,
  lineId: idOf(2),
  modelIdentifier: 'a "quoted", model',
  modelVersion: null,
  outputMetricId: idOf(3),
  outputDeviceId: idOf(4),
  outputMachineId: idOf(5),
  outputMetricName: 'name,\nwith a line',
  aggregate: 'last',
  fill: { method: 'none' },
  allowMissing: false,
  minCoverage: 0,
  allowedLatenessMs: 0,
  layout: 'channel_major',
  inputName: null,
  outputName: null,
};

function predictions(count: number, from = 0): PredictionBatch {
  const values = [0.1, -0, 5e-324, 1.7976931348623157e308, 1 / 3, -2.5e-7, 123456789.12345679];
  const second = { ...definition, outputMetricId: idOf(6), outputMetricName: 'ümlaut 🙂' };
  return {
    length: count,
    definitions: [definition, second],
    models: [{ identifier: definition.modelIdentifier, version: 12, sha256: 'ab'.repeat(32) }],
    definitionIndex: Int32Array.from({ length: count }, (_, i) => (from + i) % 2),
    modelIndex: new Int32Array(count),
    windowEndsMs: Float64Array.from(
      { length: count },
      (_, i) => 1_700_000_000_000 + (from + i) * 1000,
    ),
    values: Float64Array.from({ length: count }, (_, i) => values[(from + i) % values.length]!),
    revisions: Int32Array.from({ length: count }, (_, i) => (from + i) % 3),
  };
}

const letters: readonly DeadLetter[] = [
  { heading: 'quarantined', source: 'a.csv', row: 3, reason: 'text, as "value"', raw: 'a,b' },
  { heading: 'dropped_late', source: 'b', row: null, reason: 'late', raw: null },
];

for (const form of FORMS) {
  const batches: SampleBatch[] = [batchOf(someRows(500)), batchOf(someRows(2000))];
  fileSinkContract('samples', form, (path) => openSampleSink(path), batches);
  fileSinkContract('predictions', form, (path) => openPredictionSink(path), [
    predictions(500),
    predictions(4000, 500),
  ]);
}
for (const form of ['ndjson', 'csv', 'ndjson.gz']) {
  fileSinkContract('dead letters', form, (path) => openDeadLetterSink(path), [
    letters,
    Array.from({ length: 50 }, (_, i) => ({ ...letters[0]!, row: i * 7919 })),
  ]);
}

async function written(folder: string, form: string, sizes: readonly number[]): Promise<Buffer> {
  const path = join(folder, `p-${sizes.join('-')}.${form}`);
  const sink = await openPredictionSink(path);
  let from = 0;
  for (const size of sizes) {
    await sink.write(predictions(size, from));
    from += size;
  }
  await sink.commit();
  return readFile(path);
}

describe('predictions', () => {
  it.each(FORMS)('.%s has the same bytes whatever batches they come in', (form) =>
    withFolder(async (folder) => {
      const whole = await written(folder, form, [900]);
      expect(await written(folder, form, [1, 0, 499, 400])).toEqual(whole);
    }),
  );

  it.each(FORMS)('.%s can be read as samples again', (form) =>
    withFolder(async (folder) => {
      await written(folder, form, [500]);
      const read = await readAll(fileSource(`${folder}/p-500.${form}`));
      const batch = predictions(500);
      const rows = Array.from({ length: 500 }, (_, i) => ({
        id: i % 2 === 0 ? idOf(3) : idOf(6),
        timestampMs: batch.windowEndsMs[i]!,
        value: batch.values[i]!,
      }));
      expect(read.letters).toEqual([]);
      expect(keysOf(read.rows)).toEqual(keysOf(rows));
    }),
  );

  const expected = {
    metric_id: idOf(3),
    timestamp_ms: 1_700_000_002_000,
    value: 5e-324,
    line_id: idOf(2),
    device_id: idOf(4),
    machine_id: idOf(5),
    name: definition.outputMetricName,
    window_start_ms: 1_700_000_002_000 - 300_000,
    window_end_ms: 1_700_000_002_000,
    model_identifier: definition.modelIdentifier,
    model_version: 12,
    model_sha256: 'ab'.repeat(32),
    revision: 2,
  };

  it('have their thirteen columns in order, in every form with columns', () =>
    withFolder(async (folder) => {
      const csv = (await written(folder, 'csv', [3])).toString();
      expect(csv.split('\n')[0]).toBe(COLUMNS.join(','));
      expect(csv).toContain('"a ""quoted"", model"');
      const gz = gunzipSync(await written(folder, 'ndjson.gz', [3])).toString();
      const zst = zstdDecompressSync(await written(folder, 'ndjson.zst', [3])).toString();
      expect(zst).toBe(gz);
      const line = JSON.parse(gz.split('\n')[2]!) as Record<string, unknown>;
      expect(line).toEqual(expected);
      expect(Object.keys(line)).toEqual(COLUMNS);
      const parquet = await written(folder, 'parquet', [3]);
      const rows = await parquetReadObjects({ file: new Uint8Array(parquet).buffer, compressors });
      expect(Object.keys(rows[2]!)).toEqual(COLUMNS);
      expect(plain(rows[2]!)).toEqual(expected);
      for (const form of ['arrow', 'arrows']) {
        const table = tableFromIPC(await written(folder, form, [3]));
        expect(table.schema.names).toEqual(COLUMNS);
        expect(plain(table.get(2)!.toJSON())).toEqual(expected);
      }
    }));

  it('print float64 so that it reads back exactly', () =>
    withFolder(async (folder) => {
      const csv = (await written(folder, 'ndjson', [7])).toString().trim().split('\n');
      const values = csv.map((line) => (JSON.parse(line) as { value: number }).value);
      expect(values).toEqual([...predictions(7).values]);
      expect(Object.is(values[1], -0)).toBe(true);
    }));
});

function plain(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? Number(value) : value,
    ]),
  );
}

describe('sinks of samples', () => {
  it('write more rows than a row group or a record batch holds', () =>
    withFolder(async (folder) => {
      const rows = someRows(140_000);
      for (const form of ['parquet', 'arrow']) {
        const path = await writeRows(join(folder, `s.${form}`), rows, 50_000);
        const read = await readAll(fileSource(path));
        expect(keysOf(read.rows)).toEqual(keysOf(rows));
      }
      const splits = await fileSource(join(folder, 's.parquet')).splits(null);
      expect(splits.map((split) => split.rowCount)).toEqual([131_072, 8928]);
      const group = rows.slice(131_072).map((row) => row.timestampMs);
      expect(splits[1]).toMatchObject({ minMs: Math.min(...group), maxMs: Math.max(...group) });
    }));

  it('refuse a row without an id', () =>
    withFolder(async (folder) => {
      const sink = await openSampleSink(join(folder, 'a.csv'));
      const batch = batchOf(
        [{ id: idOf(1), timestampMs: 1, value: 1 }],
        new MetricDictionary().close(),
      );
      await expect(sink.write(batch)).rejects.toMatchObject({ code: 'OUTPUT' });
      await sink.abort();
    }));
});

describe('where sinks cannot write', () => {
  it.each([
    ['a folder', 'OUTPUT', (folder: string) => `${folder}/dir.csv`, /found a folder/],
    [
      'a path that ends in a slash',
      'OUTPUT',
      (folder: string) => `${folder}/x.csv/`,
      /found a folder/,
    ],
    ['an unknown extension', 'USAGE', (folder: string) => `${folder}/a.xlsx`, /\.parquet/],
    ['no extension', 'USAGE', (folder: string) => `${folder}/a`, /\.parquet/],
    ['compressed Parquet', 'USAGE', (folder: string) => `${folder}/a.parquet.gz`, /\.parquet/],
    [
      'a file as a folder',
      'OUTPUT',
      (folder: string) => `${folder}/file.csv/a.csv`,
      /cannot be written/,
    ],
  ])('%s is refused with what to do', (_, code, path, message) =>
    withFolder(async (folder) => {
      await mkdir(join(folder, 'dir.csv'));
      await writeRows(join(folder, 'file.csv'), someRows(1));
      const opened = openPredictionSink(path(folder));
      await expect(opened).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
    }),
  );

  it('an unknown scheme is refused, and log: without a stream', async () => {
    for (const uri of ['s3://a/b.csv', 'log:']) {
      await expect(openPredictionSink(uri)).rejects.toMatchObject({ code: 'USAGE' });
    }
    await expect(openDeadLetterSink('a.parquet')).rejects.toThrow(/\.ndjson/);
  });
});

describe('log:', () => {
  it('writes a line a prediction as it comes', async () => {
    const log = new PassThrough();
    const sink = await openPredictionSink('log:', { log });
    await sink.write(predictions(2));
    await sink.commit();
    const lines = String(log.read()).trim().split('\n');
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object))).toEqual([
      COLUMNS,
      COLUMNS,
    ]);
  });

  it('waits for a slow reader, and tells of a closed one', async () => {
    const log = new PassThrough({ highWaterMark: 16 });
    const sink = await openDeadLetterSink('log:', { log });
    let isDone = false;
    const writing = sink.write(letters).then(() => (isDone = true));
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    log.resume();
    await writing;
    log.destroy();
    await expect(sink.write(letters)).rejects.toMatchObject({ code: 'OUTPUT' });
  });
});

describe('a process that is killed', () => {
  it('leaves nothing under the final name', () =>
    withFolder(async (folder) => {
      const script = `
        import { openSampleSink } from ${JSON.stringify(join(import.meta.dirname, '../src/index.ts'))};
        import { batchOf, someRows } from ${JSON.stringify(join(import.meta.dirname, 'samples.ts'))};
        const sink = await openSampleSink(${JSON.stringify(join(folder, 'out.csv'))});
        await sink.write(batchOf(someRows(1000)));
        console.log('written');
        setInterval(() => {}, 1000);`;
      const child = spawn(process.execPath, [
        '--conditions=windrow-source',
        '--input-type=module-typescript',
        '--eval',
        script,
      ]);
      await once(child.stdout, 'data');
      child.kill('SIGKILL');
      await once(child, 'exit');
      const names = await readdir(folder);
      expect(names).toEqual([expect.stringMatching(/^\.out\.csv\..*\.tmp$/)]);
      // What is left is no source either.
      await expect(fileSource(folder).splits(null)).rejects.toMatchObject({ code: 'INPUT' });
    }));
});
