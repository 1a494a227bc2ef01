/**
 * Predictions to BigQuery, by the Storage Write API: whole or not at all, and by name.
 *
 *     rows ─append at offsets─> pending stream ─commit─┬─ write=append: the table
 *                                                      └─ write=merge: a staging table ─MERGE by name─> the table
 */
import { randomUUID } from 'node:crypto';
import type { PredictionBatch, Sink } from '@windrow/core';
import { parseSinkUri, tablePath, type SinkUri, type TableName } from '../bigquery-uri.ts';
import { BigQueryConnection, type ConnectionOptions } from '../connection.ts';
import { refusal } from '../internal/faults.ts';
import { runQuery } from '../internal/query-job.ts';
import type { RetryOptions } from '../internal/retry.ts';
import { mergeSql } from './internal/merge-sql.ts';
import { PendingStream } from './internal/pending-stream.ts';
import {
  createStaging,
  deleteTable,
  openTarget,
  type PredictionTarget,
} from './internal/prediction-target.ts';
import { RowEncoder } from './internal/row-encoder.ts';

export interface BigQueryPredictionOptions extends ConnectionOptions {
  /** The wall clock, in ms: a staging table that is left behind removes itself a day later. */
  readonly nowMs: () => number;
  /** Names the staging table and the merge; letters, digits and `_`. Default: a random one. */
  readonly runId?: string;
  readonly retry?: RetryOptions;
  /** Bytes of rows after which a request is sent; the service takes 10 MB. Default 1 MiB. */
  readonly requestBytes?: number;
}

const REQUEST_BYTES = 1 << 20;
const STAGING_MS = 86_400_000;
const ROLES = 'roles/bigquery.dataEditor on the dataset, and for merging roles/bigquery.jobUser';

/**
 * Opens `bigquery://PROJECT.DATASET.TABLE?write=merge|append&create=1&parent=PROJECT` and looks at the table.
 * @throws WindrowError USAGE for another URI; OUTPUT where the table is missing, cannot take predictions, or is not to be written
 */
export async function openBigQueryPredictions(
  uri: string,
  options: BigQueryPredictionOptions,
): Promise<Sink<PredictionBatch>> {
  const parsed = parseSinkUri(uri);
  const project = parsed.parent ?? parsed.name.project;
  const connection = new BigQueryConnection({ ...options, project });
  const sink = new BigQueryPredictions(uri, parsed, connection, options);
  try {
    await sink.open();
    return sink;
  } catch (error) {
    await connection.close();
    throw refusal(error, { code: 'OUTPUT', what: uri, doing: 'opening', roles: ROLES });
  }
}

class BigQueryPredictions implements Sink<PredictionBatch> {
  readonly uri: string;
  readonly #parsed: SinkUri;
  readonly #connection: BigQueryConnection;
  readonly #options: BigQueryPredictionOptions;
  readonly #runId: string;
  /** Where rows are appended: the table itself, or its staging table. */
  readonly #appended: TableName;
  #target: PredictionTarget | null = null;
  #encoder: RowEncoder | null = null;
  #stream: PendingStream | null = null;
  #block: Uint8Array[] = [];
  #blockBytes = 0;
  #firstMs = Number.POSITIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;
  #hasStaging = false;
  #isDone = false;

  constructor(
    uri: string,
    parsed: SinkUri,
    connection: BigQueryConnection,
    options: BigQueryPredictionOptions,
  ) {
    this.uri = uri;
    this.#parsed = parsed;
    this.#connection = connection;
    this.#options = options;
    this.#runId = options.runId ?? randomUUID().replaceAll('-', '');
    const { name, write } = parsed;
    this.#appended =
      write === 'append' ? name : { ...name, table: `${name.table}__windrow_${this.#runId}` };
  }

  async open(): Promise<void> {
    this.#target = await openTarget(this.#connection, this.uri, this.#parsed);
    this.#encoder = new RowEncoder(this.#target.columns.columns);
  }

  write(batch: PredictionBatch): Promise<void> {
    return this.#told('writing', () => this.#write(batch));
  }

  async commit(): Promise<void> {
    await this.#told('committing', () => this.#commit());
    this.#isDone = true;
    await this.#connection.close();
  }

  async abort(): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#stream?.close();
    await this.#told('aborting', () => this.#dropStaging());
    await this.#connection.close();
  }

  async #write(batch: PredictionBatch): Promise<void> {
    const encoder = this.#encoder!;
    const requestBytes = this.#options.requestBytes ?? REQUEST_BYTES;
    for (let row = 0; row < batch.length; row++) {
      const bytes = encoder.encode(batch, row);
      this.#block.push(bytes);
      this.#blockBytes += bytes.length;
      this.#firstMs = Math.min(this.#firstMs, batch.windowEndsMs[row]!);
      this.#lastMs = Math.max(this.#lastMs, batch.windowEndsMs[row]!);
      if (this.#blockBytes >= requestBytes) await this.#flush();
    }
  }

  async #flush(): Promise<void> {
    if (this.#block.length === 0) return;
    this.#stream ??= await this.#openStream();
    await this.#stream.append(this.#block);
    this.#block = [];
    this.#blockBytes = 0;
  }

  async #openStream(): Promise<PendingStream> {
    const { retry = {}, nowMs } = this.#options;
    if (this.#parsed.write === 'merge') {
      const expiresMs = nowMs() + STAGING_MS;
      this.#hasStaging = true;
      await createStaging(this.#connection, this.#appended, this.#target!.columns, expiresMs);
    }
    return PendingStream.create(this.#connection.writer, {
      parent: tablePath(this.#appended),
      descriptor: this.#encoder!.descriptor,
      retry,
    });
  }

  async #commit(): Promise<void> {
    await this.#flush();
    if (this.#stream === null) return;
    await this.#stream.commit();
    if (this.#parsed.write === 'append') return;
    const { columns, location } = this.#target!;
    const span = { firstMs: this.#firstMs, lastMs: this.#lastMs };
    const request = {
      sql: mergeSql(this.#parsed.name, this.#appended, columns, span),
      location,
      jobId: `windrow_merge_${this.#runId}`,
    };
    await runQuery(this.#connection.rest, request, this.#options.retry ?? {});
    await this.#dropStaging();
  }

  async #dropStaging(): Promise<void> {
    if (!this.#hasStaging) return;
    await deleteTable(this.#connection, this.#appended);
    this.#hasStaging = false;
  }

  async #told(doing: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      throw refusal(error, { code: 'OUTPUT', what: this.uri, doing, roles: ROLES });
    }
  }
}
