/** The table behind a source's URI: named there, or the result of the query that is. Looked up once. */
import { WindrowError, messageOf, type TimeRange } from '@windrow/core';
import { formatTable, parseSourceUri, type SourceUri, type TableName } from '../../bigquery-uri.ts';
import { BigQueryConnection, type ConnectionOptions } from '../../connection.ts';
import { GRPC, codeOf, refusal } from '../../internal/faults.ts';
import { estimateQuery, runQuery } from '../../internal/query-job.ts';
import type { RetryOptions } from '../../internal/retry.ts';
import { QUERY_ROLES, READ_ROLES } from './read-roles.ts';
import { createReadSession, type ReadSession } from './read-session.ts';
import { PUSHED_IDS_MAX, rowRestriction } from './row-restriction.ts';
import { sampleFields, type SampleFields, type TableField } from './sample-fields.ts';

interface FoundTable {
  readonly name: TableName;
  readonly fields: SampleFields;
}

export class SampleTable {
  readonly #uri: string;
  readonly #parsed: SourceUri;
  /** Its project is the one that pays. */
  readonly connection: BigQueryConnection;
  readonly #retry: RetryOptions;
  #found: Promise<FoundTable> | null = null;

  /** @throws WindrowError USAGE */
  constructor(uri: string, options: ConnectionOptions & { readonly retry?: RetryOptions }) {
    this.#uri = uri;
    this.#parsed = parseSourceUri(uri);
    const { parent } = this.#parsed.read;
    const own = this.#parsed.kind === 'table' ? this.#parsed.name.project : options.project;
    const project = parent ?? own;
    this.connection = new BigQueryConnection({
      ...options,
      ...(project === undefined ? {} : { project }),
    });
    this.#retry = options.retry ?? {};
  }

  /** Bytes that the query of the URI would be charged for; null where it is a table. @throws WindrowError INPUT */
  async queryBytes(): Promise<number | null> {
    if (this.#parsed.kind === 'table') return null;
    const { sql, location } = this.#parsed;
    try {
      return await estimateQuery(this.connection.rest, { sql, location, jobId: null });
    } catch (error) {
      throw this.#refusal(error, 'estimating the query', QUERY_ROLES);
    }
  }

  /**
   * A session for what is asked for. The first call runs the query, if the URI is one.
   * @param ids null: all; more than 1000 are not sent along
   * @throws WindrowError INPUT
   */
  async session(
    range: TimeRange | null,
    ids: readonly string[] | null,
  ): Promise<{ readonly session: ReadSession; readonly fields: SampleFields }> {
    const { name, fields } = await this.#lookUp();
    const { read } = this.#parsed;
    const pushed = ids !== null && ids.length <= PUSHED_IDS_MAX ? ids : null;
    const request = {
      parent: await this.connection.project(),
      table: name,
      fields,
      restriction: rowRestriction(fields, { range, ids: pushed, filter: read.filter }),
      snapshotMs: read.snapshotMs,
      streams: read.streams,
      compression: read.compression,
    };
    try {
      const session = await createReadSession(this.connection, request, this.#retry);
      return { session, fields };
    } catch (error) {
      if (codeOf(error) === GRPC.invalidArgument) {
        throw new WindrowError(
          'INPUT',
          `${this.#uri}: opening a read session: ${messageOf(error)}; rows were restricted to: ${request.restriction}`,
          { cause: error },
        );
      }
      throw this.#refusal(error, 'opening a read session', READ_ROLES);
    }
  }

  async #lookUp(): Promise<FoundTable> {
    this.#found ??= this.#find();
    try {
      return await this.#found;
    } catch (error) {
      this.#found = null;
      throw error;
    }
  }

  async #find(): Promise<FoundTable> {
    const name = await this.#name();
    const { type, schema } = await this.#metadata(name);
    if (type === 'VIEW' || type === 'MATERIALIZED_VIEW' || type === 'EXTERNAL') {
      throw new WindrowError(
        'INPUT',
        `${this.#uri}: found a ${type}, which cannot be read as it is stored; expected a table: write bigquery-query:SELECT * FROM \`${formatTable(name)}\``,
      );
    }
    return { name, fields: sampleFields(this.#uri, this.#parsed.read.columns, schema) };
  }

  async #name(): Promise<TableName> {
    if (this.#parsed.kind === 'table') return this.#parsed.name;
    const { sql, location } = this.#parsed;
    try {
      const request = { sql, location, jobId: null };
      const table = await runQuery(this.connection.rest, request, this.#retry);
      if (table === null) throw new Error('the query has no result: expected a SELECT');
      return table;
    } catch (error) {
      throw this.#refusal(error, 'running the query', QUERY_ROLES);
    }
  }

  async #metadata(
    name: TableName,
  ): Promise<{ readonly type: string; readonly schema: readonly TableField[] }> {
    try {
      const dataset = this.connection.rest.dataset(name.dataset, { projectId: name.project });
      const [metadata] = await dataset.table(name.table).getMetadata();
      const { type, schema } = metadata as {
        readonly type?: string;
        readonly schema?: { readonly fields?: readonly TableField[] };
      };
      return { type: type ?? 'TABLE', schema: schema?.fields ?? [] };
    } catch (error) {
      throw this.#refusal(error, 'looking at the table', READ_ROLES);
    }
  }

  #refusal(error: unknown, doing: string, roles: string): WindrowError {
    return refusal(error, { code: 'INPUT', what: this.#uri, doing, roles });
  }
}
