/** Sources of jobs by scheme. What needs the client of a cloud or a database is loaded when it is asked for. */
import type { Terminal } from '@windrow/cli';
import type { Source } from '@windrow/core';
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
  return { file: (uri) => fileSource(uri, { note }), sim: simSource, clickhouse, chdb, gs };
}

async function chdb(uri: string, metricIds?: readonly string[]): Promise<Source> {
  const { chdbSource } = await import('@windrow/io-clickhouse');
  return chdbSource(uri, metricIds === undefined ? {} : { metricIds });
}
