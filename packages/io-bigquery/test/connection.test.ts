import { describe, expect, it } from 'vitest';
import { bigQueryEndpoints, bigQuerySource, estimateBigQuery } from '../src/index.ts';
import { FakeBigQuery } from './fake/fake-bigquery.ts';
import { RETRY, URI, fill, sampleRows } from './fake/samples.ts';

describe('bigQueryEndpoints', () => {
  it('are what the environment names, or none', () => {
    expect(bigQueryEndpoints({})).toEqual({ rest: null, storage: null });
    const environment = {
      BIGQUERY_EMULATOR_HOST: 'http://127.0.0.1:9050',
      BIGQUERY_STORAGE_EMULATOR_HOST: '127.0.0.1:9060',
    };
    expect(bigQueryEndpoints(environment)).toEqual({
      rest: 'http://127.0.0.1:9050',
      storage: '127.0.0.1:9060',
    });
  });

  it('take a slash at the end of REST, and want a port for gRPC', async () => {
    const fake = await FakeBigQuery.start();
    fill(fake, sampleRows(7));
    const rest = fake.endpoints.rest!.replace('http://', '');
    const { storage } = fake.endpoints;
    const given = { endpoints: { rest: `http://${rest}/`, storage }, retry: RETRY };
    expect((await estimateBigQuery(URI, null, null, given)).rows).toBe(7);
    const source = bigQuerySource(URI, { endpoints: { rest: `http://${rest}`, storage: 'host' } });
    await expect(source.splits(null)).rejects.toThrow(
      'BIGQUERY_STORAGE_EMULATOR_HOST: found "host", expected host:port',
    );
    await source.close();
    await fake.close();
  });
});
