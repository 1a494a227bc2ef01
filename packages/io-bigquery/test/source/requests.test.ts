/** What is asked of the service: columns, rows, streams, the time of the table, and who pays. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bigQuerySource, estimateBigQuery } from '../../src/index.ts';
import { FakeBigQuery } from '../fake/fake-bigquery.ts';
import { FIELDS, RETRY, START_MS, URI, fill, idOf, readAll, sampleRows } from '../fake/samples.ts';

let fake: FakeBigQuery;
beforeAll(async () => {
  fake = await FakeBigQuery.start();
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.read.sessions.length = 0;
  fake.read.reads.length = 0;
  fake.api.requests.length = 0;
  fake.api.jobs.length = 0;
  fill(fake, sampleRows(2100));
});

const range = { startMs: START_MS + 500_000, endMs: START_MS + 600_000 };

describe('requests of a table', () => {
  it('are one look at it, one session for what is needed, and a call for each stream', async () => {
    const uri = `${URI}?streams=2&parent=payer&snapshot=2024-05-06T07:08:09.010Z&compression=zstd&filter=${encodeURIComponent('`value` > 0')}`;
    const source = bigQuerySource(uri, {
      endpoints: fake.endpoints,
      retry: RETRY,
      metricIds: [idOf(2), idOf(3)],
    });
    const { keys } = await readAll(source, range);
    await source.close();
    expect(keys).toHaveLength(29);
    expect(fake.api.requests).toEqual(['GET /projects/plant/datasets/sensors/tables/samples']);
    const [two, three] = [idOf(2), idOf(3)];
    expect(fake.read.sessions).toEqual([
      {
        parent: 'projects/payer',
        table: 'projects/plant/datasets/sensors/tables/samples',
        fields: ['metric_id', 'timestamp', 'value'],
        restriction: [
          "`timestamp` >= TIMESTAMP '2023-11-14 22:21:40.000+00'",
          "`timestamp` < TIMESTAMP '2023-11-14 22:23:20.000+00'",
          `\`metric_id\` IN ('${two}', '${two.toUpperCase()}', '${three}', '${three.toUpperCase()}')`,
          '(`value` > 0\n)',
        ].join(' AND '),
        maxStreams: 2,
        snapshotMs: Date.UTC(2024, 4, 6, 7, 8, 9, 10),
        compression: 'zstd',
        dataFormat: 'ARROW',
        routing: 'read_session.table=projects/plant/datasets/sensors/tables/samples',
      },
    ]);
    expect(fake.read.reads.map(({ offset, responses }) => [offset, responses])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('send fewer bytes where less is asked for', async () => {
    const bytesOf = async (search: string, metricIds?: readonly string[]): Promise<number> => {
      fake.read.reads.length = 0;
      const ids = metricIds === undefined ? {} : { metricIds };
      const source = bigQuerySource(URI + search, {
        endpoints: fake.endpoints,
        retry: RETRY,
        ...ids,
      });
      await readAll(source);
      await source.close();
      return fake.read.reads.reduce((sum, read) => sum + read.sizeBytes, 0);
    };
    const all = await bytesOf('');
    expect(await bytesOf('?compression=zstd')).toBeLessThan(all / 2);
    expect(await bytesOf('', [idOf(1)])).toBeLessThan(all / 5);
  });

  it('charge the project of the table where no other is named', async () => {
    const source = bigQuerySource(URI, { endpoints: fake.endpoints, retry: RETRY });
    await source.splits(null);
    await source.splits(range);
    await source.close();
    expect(fake.read.sessions.map(({ parent, restriction }) => [parent, restriction])).toEqual([
      ['projects/plant', ''],
      ['projects/plant', expect.stringContaining('TIMESTAMP')],
    ]);
    expect(fake.api.requests).toHaveLength(1);
  });

  it('open the session again where the service was away', async () => {
    fake.reads.sessionFault = (attempt) => (attempt % 3 === 2 ? null : 'unavailable');
    const source = bigQuerySource(URI, { endpoints: fake.endpoints, retry: RETRY });
    expect((await readAll(source)).keys).toHaveLength(2100);
    await source.close();
    fake.reads.sessionFault = () => null;
  });

  it('look at the table again where REST was away', async () => {
    fake.rest.fault = (_request, attempt) => (attempt === 0 ? 'broken' : null);
    const other = 'bigquery://plant.sensors.other';
    fake.tables.set('plant.sensors.other', { fields: FIELDS, rows: sampleRows(7) });
    const source = bigQuerySource(other, { endpoints: fake.endpoints, retry: RETRY });
    expect((await readAll(source)).keys).toHaveLength(7);
    await source.close();
    fake.rest.fault = () => null;
  });

  it('send more than a thousand ids not along', async () => {
    const source = bigQuerySource(URI, {
      endpoints: fake.endpoints,
      retry: RETRY,
      metricIds: Array.from({ length: 1001 }, (_, i) => idOf(i)),
    });
    await source.splits(null);
    await source.close();
    expect(fake.read.sessions[0]!.restriction).toBe('');
  });
});

describe('requests of a query', () => {
  const sql = 'SELECT metric_id, timestamp, value FROM `plant.sensors.samples` # not a fragment';

  it('run it once, and read its result as any table', async () => {
    fake.api.queries.set(sql, { fields: FIELDS, rows: sampleRows(2100), processedBytes: 12_345 });
    fake.rest.pollsBeforeDone = 2;
    const source = bigQuerySource(`bigquery-query://payer?streams=1&location=EU#${sql}`, {
      endpoints: fake.endpoints,
      retry: RETRY,
      project: 'other',
    });
    expect((await readAll(source, range)).keys).toHaveLength(100);
    expect((await readAll(source, null)).keys).toHaveLength(2100);
    await source.close();
    fake.rest.pollsBeforeDone = 0;
    expect(fake.api.jobs).toHaveLength(1);
    expect(fake.api.jobs[0]).toMatchObject({
      project: 'payer',
      sql,
      location: 'EU',
      isDryRun: false,
    });
    expect(fake.read.sessions.map(({ parent, table }) => [parent, table])).toEqual([
      ['projects/payer', expect.stringMatching(/^projects\/payer\/datasets\/_anon\/tables\//)],
      ['projects/payer', expect.stringMatching(/^projects\/payer\/datasets\/_anon\/tables\//)],
    ]);
  });

  it('take the project of the credentials where none is named', async () => {
    fake.api.queries.set(sql, { fields: FIELDS, rows: sampleRows(7), processedBytes: 1 });
    const source = bigQuerySource(`bigquery-query:${sql}`, {
      endpoints: fake.endpoints,
      retry: RETRY,
      project: 'own',
    });
    expect((await readAll(source)).keys).toHaveLength(7);
    await source.close();
    expect(fake.api.jobs[0]!.project).toBe('own');
    expect(fake.read.sessions[0]!.parent).toBe('projects/own');
  });

  it('show what is wrong with it', async () => {
    const source = bigQuerySource('bigquery-query:SELEKT 1', {
      endpoints: fake.endpoints,
      retry: RETRY,
      project: 'own',
    });
    await expect(source.splits(null)).rejects.toThrow(
      'bigquery-query:SELEKT 1: running the query: Syntax error: SELEKT 1',
    );
    await source.close();
  });
});

describe('estimateBigQuery', () => {
  it('tells rows, bytes and streams of a table, and reads nothing', async () => {
    const options = { endpoints: fake.endpoints, retry: RETRY };
    const whole = await estimateBigQuery(`${URI}?streams=3`, null, null, options);
    expect(whole).toEqual({ rows: 2100, sizeBytes: 2100 * 3 * 8, streams: 3 });
    const part = await estimateBigQuery(URI, range, [idOf(1)], options);
    expect(part.rows).toBe(14);
    expect(fake.read.reads).toEqual([]);
  });

  it('tells the bytes of a query, and runs nothing', async () => {
    fake.api.queries.set('SELECT 1', { fields: FIELDS, rows: [], processedBytes: 12_345 });
    const options = { endpoints: fake.endpoints, retry: RETRY, project: 'own' };
    const estimate = await estimateBigQuery('bigquery-query:SELECT 1', null, null, options);
    expect(estimate).toEqual({ rows: null, sizeBytes: 12_345, streams: null });
    expect(fake.api.jobs.map((job) => job.isDryRun)).toEqual([true]);
    expect(fake.read.sessions).toEqual([]);
  });
});
