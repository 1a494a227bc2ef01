/** The parts of the REST API that are used: tables (get, insert, delete) and query jobs (insert, get). */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { merge } from './merge.ts';
import type { FakeTable, FakeTables, Field, Row } from './tables.ts';

/** What a SELECT gives: its result, and the bytes that it would cost. */
export interface FakeQuery {
  readonly fields: readonly Field[];
  readonly rows: readonly Row[];
  readonly processedBytes: number;
}

export interface RestHooks {
  /** `denied` answers 403 to every request that matches; `broken` 503 (the clients try again). */
  fault: (request: string, attempt: number) => 'denied' | 'broken' | null;
  /** How often a job says that it is running before it is done. */
  pollsBeforeDone: number;
  /** Merges fail with this. */
  mergeError: string | null;
}

export interface JobRecord {
  readonly jobId: string;
  readonly project: string;
  readonly sql: string;
  readonly location: string | null;
  readonly isDryRun: boolean;
}

interface Job extends JobRecord {
  polls: number;
  readonly error: string | null;
  readonly destination: string | null;
  readonly processedBytes: number;
}

type Json = Readonly<Record<string, unknown>>;

class HttpStatus extends Error {
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export class RestService {
  readonly requests: string[] = [];
  readonly jobs: JobRecord[] = [];
  readonly queries: Map<string, FakeQuery> = new Map();
  readonly hooks: RestHooks;
  readonly #tables: FakeTables;
  readonly #live: Map<string, Job> = new Map();
  readonly #attempts: Map<string, number> = new Map();
  readonly #server: Server;

  constructor(tables: FakeTables, hooks: RestHooks) {
    this.#tables = tables;
    this.hooks = hooks;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
      });
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      const raw = Buffer.concat(chunks);
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      const body = text.length === 0 ? {} : (JSON.parse(text.toString('utf8')) as Json);
      const url = new URL(request.url ?? '', 'http://fake');
      answer(response, 200, this.#route(request.method ?? 'GET', url.pathname, body));
    } catch (error) {
      const status =
        error instanceof HttpStatus ? error : new HttpStatus(500, 'internalError', String(error));
      const { code, reason, message } = status;
      answer(response, code, { error: { code, message, errors: [{ reason, message }] } });
    }
  }

  #route(method: string, path: string, body: Json): Json {
    const what = `${method} ${path.replace(/^\/bigquery\/v2/, '')}`;
    this.requests.push(what);
    const attempt = this.#attempts.get(what) ?? 0;
    this.#attempts.set(what, attempt + 1);
    const fault = this.hooks.fault(what, attempt);
    if (fault === 'denied') throw new HttpStatus(403, 'accessDenied', `Access Denied: ${what}`);
    if (fault === 'broken') throw new HttpStatus(503, 'backendError', 'try again');
    const table = /^(\w+) \/projects\/([^/]+)\/datasets\/([^/]+)\/tables(?:\/([^/]+))?$/.exec(what);
    if (table !== null) {
      const [, verb, project, dataset, name] = table;
      return this.#table(verb!, { project: project!, dataset: dataset!, name: name ?? null }, body);
    }
    const job = /^(\w+) \/projects\/([^/]+)\/jobs(?:\/([^/]+))?$/.exec(what);
    if (job === null) throw new HttpStatus(404, 'notFound', `no resource ${what}`);
    return job[1] === 'POST' ? this.#insert(job[2]!, body) : this.#poll(job[3]!);
  }

  #table(
    verb: string,
    place: { readonly project: string; readonly dataset: string; readonly name: string | null },
    body: Json,
  ): Json {
    const prefix = `${place.project}.${place.dataset}`;
    if (verb === 'POST') {
      const reference = body['tableReference'] as { readonly tableId: string };
      const name = `${prefix}.${reference.tableId}`;
      if (this.#tables.get(name) !== undefined) {
        throw new HttpStatus(409, 'duplicate', `Already Exists: Table ${name}`);
      }
      const { fields } = body['schema'] as { readonly fields: readonly Field[] };
      this.#tables.set(name, { fields, rows: [], resource: body });
      return body;
    }
    const name = `${prefix}.${place.name}`;
    const table = this.#tables.get(name);
    if (table === undefined) throw new HttpStatus(404, 'notFound', `Not found: Table ${name}`);
    if (verb === 'DELETE') this.#tables.delete(name);
    return resourceOf(place, table);
  }

  #insert(project: string, body: Json): Json {
    const { configuration, jobReference } = body as {
      readonly configuration: {
        readonly dryRun?: boolean;
        readonly query: { readonly query: string };
      };
      readonly jobReference: { readonly jobId: string; readonly location?: string };
    };
    const sql = configuration.query.query;
    const isDryRun = configuration.dryRun === true;
    const { jobId, location = null } = jobReference;
    if (this.#live.has(jobId))
      throw new HttpStatus(409, 'duplicate', `Already Exists: Job ${jobId}`);
    const record: JobRecord = { jobId, project, sql, location, isDryRun };
    const job: Job = { ...record, polls: 0, ...this.#run(record) };
    this.jobs.push(record);
    if (!isDryRun) this.#live.set(jobId, job);
    return jobOf(job, isDryRun || this.hooks.pollsBeforeDone === 0);
  }

  #run(job: JobRecord): Pick<Job, 'error' | 'destination' | 'processedBytes'> {
    const none = { error: null, destination: null, processedBytes: 0 };
    if (job.sql.startsWith('MERGE')) {
      if (this.hooks.mergeError !== null) return { ...none, error: this.hooks.mergeError };
      merge(job.sql, this.#tables);
      return none;
    }
    const query = this.queries.get(job.sql);
    if (query === undefined) throw new HttpStatus(400, 'invalidQuery', `Syntax error: ${job.sql}`);
    if (job.isDryRun) return { ...none, processedBytes: query.processedBytes };
    const destination = `${job.project}._anon.${job.jobId}`;
    this.#tables.set(destination, { fields: query.fields, rows: [...query.rows] });
    return { error: null, destination, processedBytes: query.processedBytes };
  }

  #poll(jobId: string): Json {
    const job = this.#live.get(jobId);
    if (job === undefined) throw new HttpStatus(404, 'notFound', `Not found: Job ${jobId}`);
    return jobOf(job, ++job.polls > this.hooks.pollsBeforeDone);
  }
}

function answer(response: ServerResponse, code: number, body: Json): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function resourceOf(
  place: { readonly project: string; readonly dataset: string; readonly name: string | null },
  table: FakeTable,
): Json {
  const { project: projectId, dataset: datasetId, name: tableId } = place;
  return {
    ...table.resource,
    type: table.kind,
    location: 'EU',
    tableReference: { projectId, datasetId, tableId },
    schema: { fields: table.fields },
    numRows: String(table.rows.length),
  };
}

function jobOf(job: Job, isDone: boolean): Json {
  const [projectId, datasetId, tableId] = job.destination?.split('.') ?? [];
  const errorResult = job.error === null ? {} : { errorResult: { message: job.error } };
  return {
    id: `${job.project}:EU.${job.jobId}`,
    jobReference: { projectId: job.project, jobId: job.jobId, location: job.location ?? 'EU' },
    configuration: {
      query: {
        query: job.sql,
        ...(job.destination === null
          ? {}
          : { destinationTable: { projectId, datasetId, tableId } }),
      },
    },
    status: { state: isDone ? 'DONE' : 'RUNNING', ...(isDone ? errorResult : {}) },
    statistics: { totalBytesProcessed: String(job.processedBytes) },
  };
}
