/** Sources of jobs by scheme. What needs the client of a cloud or a database is loaded when it is asked for. */
import type { Terminal } from '@windrow/cli';
import type { Source, TimeRange } from '@windrow/core';
import { fileSource } from '@windrow/io';
import type { JobParts } from '@windrow/pipeline';
import { simSource } from '@windrow/simulator';

/** What sources take from around them. */
export interface SourceSetting {
  /** Told what was passed over. */
  readonly note: (text: string) => void;
  /** Where passwords and endpoints are looked up. */
  readonly env: Terminal['env'];
}

/** Sources of jobs, with a word on what was passed over. */
export function sourceFactories(terminal: Terminal): JobParts['factories'] {
  const note = (text: string): void => terminal.stderr.write(`note: ${text}\n`);
  return sourcesIn({ note, env: terminal.env });
}

/** Sources of jobs. */
export function sourcesIn({ note, env }: SourceSetting): JobParts['factories'] {
  const clickhouse = async (uri: string, metricIds?: readonly string[]): Promise<Source> => {
    const { clickhouseSource } = await import('@windrow/io-clickhouse');
    const asked = metricIds === undefined ? {} : { metricIds };
    return clickhouseSource(uri, { ...asked, environment: env });
  };
  const gs = async (uri: string): Promise<Source> => {
    const { gcsSource } = await import('@windrow/io-gcs');
    return gcsSource(uri, { note });
  };
  const bigquery = (uri: string, metricIds?: readonly string[]): Promise<Source> =>
    bigQueryTable(uri, metricIds ?? null, env);
  return {
    file: (uri) => fileSource(uri, { note }),
    sim: simSource,
    gs,
    clickhouse,
    chdb,
    bigquery,
    'bigquery-query': bigquery,
  };
}

async function chdb(uri: string, metricIds?: readonly string[]): Promise<Source> {
  const { chdbSource } = await import('@windrow/io-clickhouse');
  return chdbSource(uri, metricIds === undefined ? {} : { metricIds });
}

/**
 * A table gives a session of its own to each slice, which reads that slice and nothing else. A query's result is read as a whole, since
 * each session would be a query of its own.
 */
async function bigQueryTable(
  uri: string,
  metricIds: readonly string[] | null,
  env: Terminal['env'],
): Promise<Source> {
  const { bigQueryEndpoints, bigQuerySource, estimateBigQuery } =
    await import('@windrow/io-bigquery');
  const endpoints = bigQueryEndpoints(env);
  const asked = metricIds === null ? {} : { metricIds };
  const source = bigQuerySource(uri, { ...asked, endpoints });
  /** Of the whole: what is listed first. */
  let range: TimeRange | null = null;
  let isListed = false;
  return {
    uri: source.uri,
    narrows: uri.startsWith('bigquery://'),
    splits: (part) => {
      if (!isListed) range = part;
      isListed = true;
      return source.splits(part);
    },
    // Streams have other names in each session.
    identity: async () =>
      JSON.stringify([uri, await estimateBigQuery(uri, range, metricIds, { endpoints })]),
    read: (split, options) => source.read(split, options),
    close: () => source.close(),
  };
}
