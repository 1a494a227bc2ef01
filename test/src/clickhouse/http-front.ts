/**
 * ClickHouse's HTTP interface, as much of it as the official client uses, before an engine that answers queries; with faults on
 * request.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface FrontQuery {
  readonly sql: string;
  /** As the client wrote them, in ClickHouse's text form. */
  readonly params: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
}

/** Answers a query with the bytes of its result; throws an error with ClickHouse's text of an exception. */
export type Engine = (
  query: FrontQuery,
) => Promise<Uint8Array | Iterable<Uint8Array>> | Uint8Array | Iterable<Uint8Array>;

/** What befalls the next answers to queries that contain `sql`. */
export interface Fault {
  /** Default: those that ask for samples. */
  readonly sql?: string;
  /**
   * `cut`: the connection breaks; `short`: the answer ends as if it were whole; `exception`: the server fails in the middle;
   * `hang`: no further byte; `refuse`: a proxy says 503; `busy`: ClickHouse does.
   */
  readonly kind: 'cut' | 'short' | 'exception' | 'hang' | 'refuse' | 'busy';
  /** Bytes of the answer that are sent before. */
  readonly afterBytes?: number;
  /** How many answers; default 1. */
  times?: number;
}

const CHUNK_BYTES = 64 << 10;
/** ClickHouse takes URLs of 1 MiB. */
const LIMITS = { maxHeaderSize: 1 << 20 };
/** Parameters of the interface that are no settings. */
const OWN = new Set(['query', 'query_id', 'database', 'session_id', 'role', 'default_format']);

export class HttpFront {
  readonly queries: FrontQuery[] = [];
  readonly faults: Fault[] = [];
  /** Bytes that sockets took, of all answers. */
  sentBytes = 0;
  /** Answers that are being sent. */
  openAnswers = 0;
  readonly #server: Server;
  readonly #scheme: string;
  readonly #engine: Engine;
  readonly #password: string;

  private constructor(
    engine: Engine,
    password: string,
    tls: { readonly key: Buffer; readonly cert: Buffer } | null,
  ) {
    this.#engine = engine;
    this.#password = password;
    this.#scheme = tls === null ? 'http' : 'https';
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response).catch(() => response.destroy());
    };
    this.#server =
      tls === null
        ? createServer(LIMITS, answer)
        : createSecureServer({ ...tls, ...LIMITS }, answer);
  }

  static async start(
    engine: Engine,
    options: {
      readonly password?: string;
      readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
    } = {},
  ): Promise<HttpFront> {
    const front = new HttpFront(engine, options.password ?? '', options.tls ?? null);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** A source's URI. */
  uri(table: string, params: Readonly<Record<string, string>> = {}, user = ''): string {
    const query = new URLSearchParams(params).toString();
    const host = this.#scheme === 'https' ? 'localhost' : '127.0.0.1';
    return `clickhouse://${user}${host}:${this.port}/${table}?${query}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isWelcome(request)) {
      fail(
        response,
        403,
        'Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED) (version 26.7)',
      );
      return;
    }
    const query = await queryOf(request);
    this.queries.push(query);
    const fault = this.#nextFault(query.sql);
    if (fault?.kind === 'refuse') {
      response.writeHead(503).end('<html>no healthy upstream</html>');
      return;
    }
    if (fault?.kind === 'busy') {
      fail(
        response,
        500,
        'Code: 202. DB::Exception: Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES) (version 26.7)',
      );
      return;
    }
    let result: Uint8Array | Iterable<Uint8Array>;
    try {
      result = await this.#engine(query);
    } catch (error) {
      fail(response, 500, error instanceof Error ? error.message : String(error));
      return;
    }
    this.openAnswers++;
    try {
      response.writeHead(200, { 'x-clickhouse-exception-tag': 'abcdefgh' });
      await this.#send(response, result, fault);
    } finally {
      this.openAnswers--;
    }
  }

  async #send(
    response: ServerResponse,
    result: Uint8Array | Iterable<Uint8Array>,
    fault: Fault | null,
  ): Promise<void> {
    let left = fault === null ? Number.POSITIVE_INFINITY : (fault.afterBytes ?? 0);
    for (const part of result instanceof Uint8Array ? [result] : result) {
      for (let at = 0; at < part.length && left > 0; at += CHUNK_BYTES) {
        const chunk = part.subarray(at, Math.min(part.length, at + Math.min(CHUNK_BYTES, left)));
        left -= chunk.length;
        const isTaken = response.write(chunk);
        if (!isTaken) await drained(response);
        this.sentBytes += chunk.length;
        if (response.destroyed) return;
      }
      if (left <= 0) break;
    }
    if (fault?.kind === 'cut') response.destroy();
    else if (fault?.kind === 'hang') await once(response, 'close');
    else if (fault?.kind === 'exception') response.end(EXCEPTION);
    else response.end();
  }

  #isWelcome(request: IncomingMessage): boolean {
    const [, basic] = /^Basic (.*)$/.exec(request.headers.authorization ?? '') ?? [];
    const text = Buffer.from(basic ?? '', 'base64').toString('utf8');
    const password = text.slice(text.indexOf(':') + 1);
    return password === this.#password;
  }

  #nextFault(sql: string): Fault | null {
    const fault = this.faults[0];
    if (fault === undefined || !sql.includes(fault.sql ?? 'FORMAT ArrowStream')) return null;
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) this.faults.shift();
    return fault;
  }
}

/** Until the socket takes more, or is gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

/** As ClickHouse 26 ends an answer that fails in the middle. */
const EXCEPTION =
  '\r\n__exception__\r\nabcdefgh\r\n' +
  'Code: 241. DB::Exception: Query memory limit exceeded: would use 9.31 GiB. (MEMORY_LIMIT_EXCEEDED) (version 26.7.2.1)\n' +
  '126 abcdefgh\r\n__exception__\r\n';

function fail(response: ServerResponse, status: number, text: string): void {
  const [, code = '0'] = /^Code: (\d+)/.exec(text) ?? [];
  response.writeHead(status, { 'x-clickhouse-exception-code': code }).end(text);
}

async function queryOf(request: IncomingMessage): Promise<FrontQuery> {
  const params: Record<string, string> = {};
  const settings: Record<string, string> = {};
  const { searchParams } = new URL(request.url!, 'http://front');
  const take = (key: string, value: string): void => {
    if (key.startsWith('param_')) params[key.slice('param_'.length)] = value;
    else if (!OWN.has(key)) settings[key] = value;
  };
  for (const [key, value] of searchParams) take(key, value);
  const parts: Uint8Array[] = [];
  for await (const chunk of request) parts.push(chunk as Uint8Array);
  const body = Buffer.concat(parts);
  return { sql: searchParams.get('query') ?? body.toString('utf8'), params, settings };
}
