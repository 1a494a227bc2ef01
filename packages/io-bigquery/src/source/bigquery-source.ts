/**
 * Samples from BigQuery: the Storage Read API, as Arrow, with columns and rows chosen by the service.
 *
 * A split is a stream of a session. Streams follow the table's storage: they are neither by key nor in order of time, so each
 * split says of time only what the range says. The session is made by `splits`, and lives six hours.
 */
import {
  type ReadOptions,
  type SampleBatch,
  type Source,
  type SourceSplit,
  type TimeRange,
} from '@windrow/core';
import type { SampleColumnNames } from '@windrow/io';
import type { ConnectionOptions } from '../connection.ts';
import { refusal } from '../internal/faults.ts';
import type { RetryOptions } from '../internal/retry.ts';
import { SampleTable } from './internal/sample-table.ts';
import { readStream } from './internal/read-stream.ts';
import { READ_ROLES } from './internal/read-roles.ts';

export interface BigQuerySourceOptions extends ConnectionOptions {
  /** Ids that are asked for: up to 1000 of them are looked for by the service, so that others are not read at all. */
  readonly metricIds?: readonly string[];
  readonly retry?: RetryOptions;
}

/** A split of a BigQuery source: plain data, so that it can be handed to another thread's source of the same URI. */
export interface BigQuerySplit extends SourceSplit {
  readonly stream: string;
  /** Arrow message. */
  readonly schema: Uint8Array;
  readonly columns: SampleColumnNames;
}

/**
 * Opens `bigquery://PROJECT.DATASET.TABLE?...` or `bigquery-query:...`. Nothing is asked for before `splits`.
 * @throws WindrowError USAGE for a URI that is neither; from `splits` INPUT where the table cannot be read, or has not the columns
 */
export function bigQuerySource(uri: string, options: BigQuerySourceOptions = {}): Source {
  return new BigQuerySource(uri, options);
}

class BigQuerySource implements Source {
  readonly uri: string;
  readonly #options: BigQuerySourceOptions;
  readonly #table: SampleTable;

  constructor(uri: string, options: BigQuerySourceOptions) {
    this.uri = uri;
    this.#options = options;
    this.#table = new SampleTable(uri, options);
  }

  async splits(range: TimeRange | null): Promise<readonly BigQuerySplit[]> {
    if (range !== null && range.startMs >= range.endMs) return [];
    const ids = this.#options.metricIds ?? null;
    if (ids !== null && ids.length === 0) return [];
    const { session, fields } = await this.#table.session(range, ids);
    const count = session.streams.length;
    return session.streams.map((stream, sequence) => ({
      sequence,
      name: `${this.uri}, stream ${sequence + 1} of ${count}`,
      sizeBytes: Math.round(session.sizeBytes / count),
      // The service's number is an estimate.
      rowCount: null,
      minMs: range !== null && Number.isFinite(range.startMs) ? range.startMs : null,
      maxMs: range !== null && Number.isFinite(range.endMs) ? range.endMs - 1 : null,
      stream,
      schema: session.schema,
      columns: fields.names,
    }));
  }

  async *read(split: SourceSplit, options: ReadOptions): AsyncGenerator<SampleBatch> {
    if (!isBigQuerySplit(split)) throw new Error(`not a split of a BigQuery source: ${split.name}`);
    const { stream, schema, columns } = split;
    const request = { stream, schema, names: columns, retry: this.#options.retry ?? {} };
    try {
      yield* readStream(this.#table.connection.reader, request, options);
    } catch (error) {
      throw refusal(error, {
        code: 'INPUT',
        what: split.name,
        doing: 'reading',
        roles: READ_ROLES,
      });
    }
  }

  close(): Promise<void> {
    return this.#table.connection.close();
  }
}

function isBigQuerySplit(split: SourceSplit): split is BigQuerySplit {
  return 'stream' in split && 'schema' in split && 'columns' in split;
}
