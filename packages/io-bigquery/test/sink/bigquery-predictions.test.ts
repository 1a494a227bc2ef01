import type { PredictionBatch, Sink } from '@windrow/core';
import { WindrowError } from '@windrow/core';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bigQuerySource, openBigQueryPredictions, type RetryOptions } from '../../src/index.ts';
import { FakeBigQuery } from '../fake/fake-bigquery.ts';
import { predictions, rowsOf } from '../fake/predictions.ts';
import { RETRY, readAll } from '../fake/samples.ts';
import type { AppendFault } from '../fake/write-service.ts';

const TABLE = 'plant.results.predictions';
const URI = `bigquery://${TABLE}`;
const NOW_MS = 1_700_000_000_000;

let fake: FakeBigQuery;
beforeEach(async () => {
  fake = await FakeBigQuery.start();
});
afterEach(() => fake.close());

const FAULTS_MAX = 8;
/** More than all faults of a plan, which may come one after the other. */
const PATIENT: RetryOptions = { ...RETRY, failuresMax: FAULTS_MAX + 1 };

const open = (
  search = '?create=1',
  runId?: string,
  retry: RetryOptions = RETRY,
): Promise<Sink<PredictionBatch>> =>
  openBigQueryPredictions(URI + search, {
    endpoints: fake.endpoints,
    retry,
    nowMs: () => NOW_MS,
    requestBytes: 10_000,
    ...(runId === undefined ? {} : { runId }),
  });

const stored = (): unknown[] => fake.tables.get(TABLE)?.rows ?? [];

async function failure(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof WindrowError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('it did not fail');
}

describe.each(['merge', 'append'])('openBigQueryPredictions, write=%s', (mode) => {
  it('shows nothing before commit, and everything after it', async () => {
    const sink = await open(`?create=1&write=${mode}`);
    await sink.write(predictions(0, 500));
    await sink.write(predictions(500, 3));
    expect(stored()).toEqual([]);
    await sink.commit();
    expect(stored()).toEqual(rowsOf(predictions(0, 503)));
    await sink.abort();
    expect(stored()).toHaveLength(503);
    expect(fake.tables.names()).toEqual([TABLE]);
  });

  it('leaves nothing behind after abort', async () => {
    const sink = await open(`?create=1&write=${mode}`);
    await sink.write(predictions(0, 300));
    expect(fake.write.appends.length).toBeGreaterThan(1);
    await sink.abort();
    await sink.abort();
    expect(stored()).toEqual([]);
    expect(fake.tables.names()).toEqual([TABLE]);
    await expect.poll(() => fake.grpc.open).toBe(0);
  });

  it('writes nothing where there is no prediction', async () => {
    const sink = await open(`?create=1&write=${mode}`);
    await sink.commit();
    expect(fake.write.streams.size).toBe(0);
    expect(fake.api.jobs).toEqual([]);
  });

  it('loses and doubles nothing, wherever appends and commits break', async () => {
    const faults: readonly AppendFault[] = [
      'unavailable',
      'unavailable after storing',
      'internal',
      'reset',
      'cut',
      'already exists',
      'answered internal',
      'out of range',
    ];
    const plans = fc.array(fc.option(fc.constantFrom(...faults), { freq: 2 }), {
      maxLength: FAULTS_MAX,
    });
    const expected = rowsOf(predictions(0, 600));
    await fc.assert(
      fc.asyncProperty(plans, fc.nat(2), fc.nat(2), async (plan, finalizes, commits) => {
        let asked = 0;
        let finalized = 0;
        let committed = 0;
        fake.writes.append = () => plan[asked++] ?? null;
        fake.writes.finalize = () => (finalized++ < finalizes ? 'unavailable' : null);
        fake.writes.commit = () => {
          const attempt = committed++;
          if (attempt < commits) return 'unavailable';
          return attempt === commits && commits > 0 ? 'unavailable after' : null;
        };
        fake.tables.delete(TABLE);
        const sink = await open(`?create=1&write=${mode}`, undefined, PATIENT);
        for (let first = 0; first < 600; first += 200) {
          await sink.write(predictions(first, 200));
        }
        await sink.commit();
        expect(stored()).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });
});

describe('writing again', () => {
  it('changes nothing where it is merged, and a name keeps its last value', async () => {
    for (const add of [0, 0, 1]) {
      const sink = await open();
      await sink.write(predictions(0, 100, 0, add));
      await sink.commit();
      expect(stored()).toEqual(rowsOf(predictions(0, 100, 0, add)));
    }
    const sink = await open();
    await sink.write(predictions(50, 100, 1));
    await sink.commit();
    expect(stored()).toEqual([
      ...rowsOf(predictions(0, 100, 0, 1)),
      ...rowsOf(predictions(50, 100, 1)),
    ]);
  });

  it('adds rows where it is appended', async () => {
    for (let round = 0; round < 2; round++) {
      const sink = await open('?create=1&write=append');
      await sink.write(predictions(0, 10));
      await sink.commit();
    }
    expect(stored()).toHaveLength(20);
    expect(fake.api.jobs).toEqual([]);
  });

  it('gives samples that can be read', async () => {
    const sink = await open();
    await sink.write(predictions(0, 10));
    await sink.commit();
    const source = bigQuerySource(`${URI}?streams=1`, { endpoints: fake.endpoints, retry: RETRY });
    const batch = predictions(0, 10);
    expect((await readAll(source)).keys).toEqual(
      Array.from(
        { length: 10 },
        (_, i) =>
          `${batch.definitions[i % 2]!.outputMetricId} ${batch.windowEndsMs[i]!} ${batch.values[i]!}`,
      ),
    );
    await source.close();
  });
});

describe('what is asked of the service', () => {
  it('is one statement of a known name over the partitions that were written', async () => {
    const sink = await open('?create=1&parent=payer', 'run7');
    await sink.write(predictions(0, 600));
    await sink.commit();
    expect(fake.api.jobs).toHaveLength(1);
    expect(fake.api.jobs[0]).toMatchObject({
      jobId: 'windrow_merge_run7',
      project: 'payer',
      location: 'EU',
    });
    expect(fake.api.jobs[0]!.sql).toContain(
      'AND t.`timestamp` BETWEEN TIMESTAMP_MILLIS(1700000000000) AND TIMESTAMP_MILLIS(1700002990000)',
    );
    const staging = `projects/plant/datasets/results/tables/predictions__windrow_run7/streams/w0`;
    const { appends } = fake.write;
    expect(new Set(appends.map(({ stream, routing }) => `${stream} ${routing}`))).toEqual(
      new Set([`${staging} write_stream=${staging}`]),
    );
    expect(Math.max(...appends.map((append) => append.sizeBytes))).toBeLessThan(12_000);
    let offset = 0;
    for (const append of appends) {
      expect(append.offset).toBe(offset);
      offset += append.rowCount;
    }
    expect(offset).toBe(600);
    expect(fake.api.requests.filter((request) => !request.includes('/jobs'))).toEqual([
      'GET /projects/plant/datasets/results/tables/predictions',
      'POST /projects/plant/datasets/results/tables',
      'GET /projects/plant/datasets/results/tables/predictions',
      'POST /projects/plant/datasets/results/tables',
      'DELETE /projects/plant/datasets/results/tables/predictions__windrow_run7',
    ]);
  });

  it('makes a table with a partition a day, clustered by metric', async () => {
    await (await open()).abort();
    expect(fake.tables.get(TABLE)!.resource).toMatchObject({
      timePartitioning: { type: 'DAY', field: 'timestamp' },
      clustering: { fields: ['metric_id'] },
    });
  });

  it('lets a staging table remove itself a day later', async () => {
    const sink = await open('?create=1', 'lost');
    await sink.write(predictions(0, 300));
    expect(fake.tables.get(`${TABLE}__windrow_lost`)!.resource).toMatchObject({
      expirationTime: String(NOW_MS + 86_400_000),
    });
    await sink.abort();
  });

  it('runs a merge once, also where the answer to its start was lost', async () => {
    const first = await open('?create=1', 'twice');
    await first.write(predictions(0, 10));
    await first.commit();
    const second = await open('?create=1', 'twice');
    await second.write(predictions(0, 10, 0, 5));
    await second.commit();
    expect(fake.api.jobs).toHaveLength(1);
    expect(stored()).toEqual(rowsOf(predictions(0, 10)));
  });
});

describe('what cannot be written', () => {
  it('refuses a table that is missing, before anything is read', async () => {
    expect(await failure(open(''))).toMatch(
      /^OUTPUT .*there is no table plant\.results\.predictions; .*\?create=1/,
    );
  });

  it('refuses a table with other columns, and names each of them', async () => {
    fake.tables.set(TABLE, {
      rows: [],
      fields: [
        { name: 'metric_id', type: 'STRING' },
        { name: 'timestamp', type: 'FLOAT' },
        { name: 'plant', type: 'STRING', mode: 'REQUIRED' },
      ],
    });
    const message = await failure(open());
    expect(message).toMatch(/^OUTPUT .*cannot take predictions: column timestamp is FLOAT/);
    expect(message).toMatch(/column value is missing \(expected value FLOAT\)/);
    expect(message).toMatch(/column plant is REQUIRED/);
  });

  it('says which role is missing', async () => {
    const role = /^OUTPUT .*roles\/bigquery\.dataEditor on the dataset/;
    fake.rest.fault = () => 'denied';
    expect(await failure(open())).toMatch(role);
    fake.rest.fault = () => null;
    const sink = await open();
    fake.writes.append = () => 'denied';
    await sink.write(predictions(0, 10));
    expect(await failure(sink.commit())).toMatch(role);
    await sink.abort();
    expect(fake.tables.names()).toEqual([TABLE]);
  });

  it('has nothing to take away where the staging table could not be made', async () => {
    const sink = await open();
    fake.rest.fault = (request) => (/^POST .*\/tables$/.test(request) ? 'denied' : null);
    expect(await failure(sink.write(predictions(0, 300)))).toMatch(
      /^OUTPUT .*writing: Access Denied/,
    );
    await sink.abort();
    expect(fake.tables.names()).toEqual([TABLE]);
  });

  it('gives up after failures in a row', async () => {
    const sink = await open();
    fake.writes.append = () => 'unavailable';
    expect(await failure(sink.write(predictions(0, 300)))).toMatch(/^OUTPUT .*writing: .*lost/);
    expect(fake.write.appends).toHaveLength(RETRY.failuresMax);
    await sink.abort();
  });

  it('shows what is wrong with the merge, and leaves the table as it was', async () => {
    const sink = await open();
    fake.rest.mergeError = 'quota exceeded';
    await sink.write(predictions(0, 10));
    expect(await failure(sink.commit())).toMatch(/^OUTPUT .*committing: quota exceeded/);
    await sink.abort();
    expect(stored()).toEqual([]);
    expect(fake.tables.names()).toEqual([TABLE]);
  });
});

describe('a table with milliseconds', () => {
  it('takes them as they are', async () => {
    const sink = await open();
    await sink.abort();
    const { fields } = fake.tables.get(TABLE)!;
    const times = new Set(['timestamp', 'window_start', 'window_end']);
    fake.tables.set(TABLE, {
      rows: [],
      fields: [
        { name: 'note', type: 'STRING' },
        ...fields.map((field) =>
          times.has(field.name) ? ({ name: `${field.name}_ms`, type: 'INTEGER' } as const) : field,
        ),
      ],
    });
    const other = await open('');
    await other.write(predictions(0, 10));
    await other.commit();
    const [row] = fake.tables.get(TABLE)!.rows;
    expect(row).toMatchObject({
      timestamp_ms: 1_700_000_000_000,
      window_end_ms: 1_700_000_000_000,
      window_start_ms: 1_699_999_940_000,
    });
    expect(fake.api.jobs[0]!.sql).toContain(
      '`timestamp_ms` BETWEEN 1700000000000 AND 1700000040000',
    );
    expect(fake.api.jobs[0]!.sql).toContain('t.`window_end_ms` = s.`window_end_ms`');
  });
});
