/** The HTTP server: probes, metrics, queries. It only reads. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { WindrowError, found, messageOf } from '@windrow/core';
import { problem, type Answer } from './answer.ts';

export interface Request {
  /** The header; all types where there is none. */
  readonly accept: string;
  readonly query: URLSearchParams;
}

/**
 * Answers a path (percent-decoded, split at its slashes); null where it knows none such. A WindrowError USAGE is the asker's fault.
 */
export type Route = (
  parts: readonly string[],
  request: Request,
) => Answer | null | Promise<Answer | null>;

export interface HttpServer {
  /** `http://host:port`, with the port that was given where 0 was asked for. */
  readonly url: string;
  close(): Promise<void>;
}

/** Who says nothing for so long is let go. */
const REQUEST_MS_MAX = 10_000;

/**
 * @param address `HOST:PORT`, `[IPV6]:PORT`, or a port alone, which is one of 127.0.0.1
 * @throws WindrowError USAGE for what is no address, or one that is taken
 */
export async function startHttp(address: string, route: Route): Promise<HttpServer> {
  const { host, port } = parseAddress(address);
  const server = createServer({ requestTimeout: REQUEST_MS_MAX }, (request, response) => {
    void respond(request, response, route);
  });
  await listen(server, host, port, address);
  const bound = server.address();
  const at = typeof bound === 'object' && bound !== null ? bound.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${at}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const [, bracketed, named, digits] =
    /^(?:\[([0-9a-fA-F:.]+)\]:|([^:[\]]*):)?(\d{1,5})$/.exec(address) ?? [];
  const port = Number(digits ?? Number.NaN);
  if (port <= 65_535) return { host: bracketed ?? named ?? '127.0.0.1', port };
  throw new WindrowError(
    'USAGE',
    `--http: found ${found(address)}, expected HOST:PORT such as 0.0.0.0:9464, or a port`,
  );
}

function listen(server: Server, host: string, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new WindrowError('USAGE', `--http: ${address}: cannot listen there: ${error.message}`, {
          cause: error,
        }),
      );
    });
    server.listen(port, host, () => resolve());
  });
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
): Promise<void> {
  const { status, type, body } = await answer(request, route);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answer(request: IncomingMessage, route: Route): Promise<Answer> {
  const { method, url = '/', headers } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    return problem(405, `found ${method}, expected GET or HEAD`);
  }
  try {
    const [path = '', query = ''] = url.split('?', 2);
    const parts = path.split('/').filter((part) => part !== '');
    const asked = { accept: headers.accept ?? '*/*', query: new URLSearchParams(query) };
    const known = await route(parts.map(decodeURIComponent), asked);
    return known ?? problem(404, `${path}: there is nothing here`);
  } catch (error) {
    if (error instanceof URIError) return problem(400, `${url}: found no percent-encoded path`);
    const isTheirs = error instanceof WindrowError && error.code === 'USAGE';
    return problem(isTheirs ? 400 : 500, messageOf(error));
  }
}
