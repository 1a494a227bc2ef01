import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkDefinitions, type PredictionBatch } from '@windrow/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPredictionSink } from '../../src/prediction-sink.ts';
import { readPredictions } from '../../src/predictions/read-predictions.ts';
import type { WrittenPrediction } from '../../src/predictions/written-prediction.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const id = (i: number): string => `00000000-0000-4000-8000-00000000000${i}`;
const definitions = checkDefinitions(
  [1, 2].map((i) => ({
    where: `entry ${i}`,
    value: {
      input_metric_ids: [id(9)],
      window_size_s: 60,
      step_size_s: 60,
      line_id: id(0),
      model_identifier: 'a, "quoted" model',
      model_version: null,
      output_metric_id: id(i),
      output_device_id: id(7),
      output_machine_id: id(8),
      output_metric_name: 'a name, with a comma',
    },
  })),
  'the test',
);

const values = [1.5, -0, 5e-324, 0.1 + 0.2, -1e300];
const batch: PredictionBatch = {
  length: 5,
  definitions,
  models: [{ identifier: 'm', version: 1, sha256: 'ab' }],
  definitionIndex: Int32Array.of(0, 1, 0, 1, 0),
  modelIndex: new Int32Array(5),
  windowEndsMs: Float64Array.of(-60_000, 0, 60_000, 120_000, 1.7e12),
  values: Float64Array.from(values),
  revisions: Int32Array.of(0, 0, 1, 7, 0),
};

async function all(uri: string): Promise<WrittenPrediction[]> {
  const rows: WrittenPrediction[] = [];
  for await (const row of readPredictions(uri)) rows.push(row);
  return rows;
}

describe('predictions read back', () => {
  it.each(['p.parquet', 'p.arrow', 'p.arrows', 'p.csv', 'p.ndjson', 'p.csv.gz', 'p.ndjson.zst'])(
    '%s: every bit',
    async (name) => {
      const path = join(folder, name);
      const sink = await openPredictionSink(path);
      await sink.write(batch);
      await sink.commit();
      expect(await all(path)).toEqual(
        values.map((value, i) => ({
          metricId: id(1 + (i % 2)),
          windowEndMs: batch.windowEndsMs[i],
          value,
          revision: batch.revisions[i],
        })),
      );
    },
  );

  it('a folder is all of its files', async () => {
    expect(await all(join(folder, 'p.{csv,arrow}'))).toHaveLength(10);
  });

  it('samples are predictions of revision 0', async () => {
    const path = join(folder, 'samples.csv');
    writeFileSync(path, `metric_id,timestamp_ms,value\n${id(1).toUpperCase()},60000,2\n`);
    expect(await all(path)).toEqual([
      { metricId: id(1), windowEndMs: 60_000, value: 2, revision: 0 },
    ]);
  });

  it.each([
    ['no.csv', 'metric_id,timestamp_ms,value\npump,60000,2\n', 'row 1: metric_id: found "pump"'],
    ['no.ndjson', `{"metric_id":"${id(1)}","timestamp_ms":1.5,"value":2}\n`, 'window_end_ms'],
    ['none.ndjson', '{"metric_id":\n', 'none.ndjson: cannot be read'],
    ['bad.arrow', 'no arrow', 'bad.arrow: cannot be read'],
  ])('%s is refused', async (name, text, message) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    await expect(all(path)).rejects.toThrow(message);
  });

  it('records and other schemes are refused', async () => {
    writeFileSync(join(folder, 'x.rec'), new Uint8Array(32));
    await expect(all(join(folder, 'x.rec'))).rejects.toMatchObject({ code: 'INPUT' });
    await expect(all('bigquery://a.b.c')).rejects.toMatchObject({ code: 'USAGE' });
  });
});
