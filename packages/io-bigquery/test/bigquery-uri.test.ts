import { WindrowError } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { parseSinkUri, parseSourceUri } from '../src/bigquery-uri.ts';

function fault(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof WindrowError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('parseSourceUri', () => {
  it('reads a table with its defaults', () => {
    expect(parseSourceUri('bigquery://my-project.raw.samples')).toEqual({
      kind: 'table',
      name: { project: 'my-project', dataset: 'raw', table: 'samples' },
      read: {
        columns: { metricId: 'metric_id', timestamp: null, value: 'value' },
        filter: null,
        snapshotMs: null,
        streams: 4,
        parent: null,
        compression: 'none',
      },
    });
  });

  it('reads every parameter, percent-encoded', () => {
    const uri =
      'bigquery://example.com:old.raw.samples?metric_id=sensor&timestamp=at&value=reading&filter=a%3D%27x%26y%27&snapshot=2024-01-02&streams=7&parent=payer&compression=zstd';
    expect(parseSourceUri(uri)).toEqual({
      kind: 'table',
      name: { project: 'example.com:old', dataset: 'raw', table: 'samples' },
      read: {
        columns: { metricId: 'sensor', timestamp: 'at', value: 'reading' },
        filter: "a='x&y'",
        snapshotMs: Date.UTC(2024, 0, 2),
        streams: 7,
        parent: 'payer',
        compression: 'zstd',
      },
    });
  });

  it('takes SQL as it is written', () => {
    const sql = "SELECT a AS metric_id\nFROM `p.d.t` WHERE b = 'x?y&z=%41' # why";
    expect(parseSourceUri(`bigquery-query:${sql}`)).toMatchObject({
      kind: 'query',
      sql,
      location: null,
    });
    expect(parseSourceUri(`bigquery-query://payer?location=EU&value=v#${sql}`)).toMatchObject({
      kind: 'query',
      sql,
      location: 'EU',
      read: { parent: 'payer', columns: { value: 'v' } },
    });
  });

  it.each([
    ['bigquery://p.d', /expected bigquery:\/\/PROJECT\.DATASET\.TABLE/],
    ['bigquery:p.d.t', /expected bigquery:\/\/PROJECT\.DATASET\.TABLE/],
    ['bigquery://p.d.t?colour=red', /found the parameter "colour", expected one of metric_id, /],
    ['bigquery://p.d.t?value=a&value=b', /found the parameter value twice/],
    ['bigquery://p.d.t?value=', /found the parameter value without a value/],
    ['bigquery://p.d.t?streams=0', /streams: found "0", expected an integer from 1 to 1000/],
    [
      'bigquery://p.d.t?compression=gzip',
      /compression: found "gzip", expected one of none, lz4, zstd/,
    ],
    ['bigquery://p.d.t?snapshot=yesterday', /snapshot: found "yesterday"/],
    ['bigquery-query: ', /found no SQL/],
    ['bigquery-query://payer', /found no SQL/],
    [
      'bigquery-query://payer?snapshot=2024-01-02#SELECT 1',
      /write FOR SYSTEM_TIME AS OF in the query/,
    ],
    ['bigquery-query://payer?filter=x#SELECT 1', /write WHERE in the query/],
  ])('refuses %s', (uri, message) => {
    expect(fault(() => parseSourceUri(uri))).toMatch(message);
    expect(fault(() => parseSourceUri(uri))).toMatch(/^USAGE /);
  });
});

describe('parseSinkUri', () => {
  it('reads a table, with its defaults and without', () => {
    const name = { project: 'p', dataset: 'd', table: 't' };
    expect(parseSinkUri('bigquery://p.d.t')).toEqual({
      name,
      parent: null,
      create: false,
      write: 'merge',
    });
    expect(parseSinkUri('bigquery://p.d.t?create=1&write=append&parent=q')).toEqual({
      name,
      parent: 'q',
      create: true,
      write: 'append',
    });
  });

  it.each([
    ['bigquery://p.d.t?write=truncate', /write: found "truncate", expected one of merge, append/],
    ['bigquery://p.d.t?create=yes', /create: found "yes", expected one of 0, 1/],
    [
      'bigquery://p.d.t?streams=2',
      /found the parameter "streams", expected one of parent, create, write/,
    ],
  ])('refuses %s', (uri, message) => {
    expect(fault(() => parseSinkUri(uri))).toMatch(message);
  });
});
