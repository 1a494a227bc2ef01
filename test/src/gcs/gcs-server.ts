/** Cloud Storage's JSON API, as much of it as reading, writing and listing objects needs, with faults on request. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly generation: number;
  readonly contentEncoding?: string;
}

export type Operation = 'list' | 'metadata' | 'media' | 'upload' | 'delete';

/** What befalls the next requests of an operation. */
export interface GcsFault {
  readonly operation: Operation;
  /**
   * A status; `hang`: no answer; `half`: half of the content, as if it were all; `cut`: half of it, then the connection breaks; `lost`:
   * done, but the connection breaks before the answer.
   */
  readonly kind: number | 'hang' | 'half' | 'cut' | 'lost';
  times?: number;
}

export interface GcsRequest {
  readonly operation: Operation;
  readonly name: string;
  readonly query: Readonly<Record<string, string>>;
  readonly range: string | null;
}

const BUCKET = 'plant';

export class GcsServer {
  readonly objects: Map<string, StoredObject> = new Map();
  readonly requests: GcsRequest[] = [];
  readonly faults: GcsFault[] = [];
  readonly #server: Server;
  readonly #pageSize: number;
  #generation = 1000;

  private constructor(pageSize: number) {
    this.#pageSize = pageSize;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(pageSize = 1000): Promise<GcsServer> {
    const server = new GcsServer(pageSize);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  /** For `STORAGE_EMULATOR_HOST`. */
  get host(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  put(name: string, bytes: Uint8Array, contentEncoding?: string): void {
    const encoding = contentEncoding === undefined ? {} : { contentEncoding };
    this.objects.set(name, { bytes, generation: this.#generation++, ...encoding });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.host);
    const asked = requestOf(request, url);
    this.requests.push(asked);
    const fault = this.#nextFault(asked.operation);
    if (fault?.kind === 'hang') return;
    if (typeof fault?.kind === 'number') {
      // The client is done with its request before it looks for an answer.
      request.resume();
      response.writeHead(fault.kind, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ error: { code: fault.kind, message: `status ${fault.kind}` } }),
      );
      return;
    }
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part as Uint8Array);
    if (!request.complete) return;
    this.#perform(asked, { body: Buffer.concat(parts), request, response }, fault);
  }

  #perform(
    { operation, name, query, range }: GcsRequest,
    at: {
      readonly body: Buffer;
      readonly request: IncomingMessage;
      readonly response: ServerResponse;
    },
    fault: GcsFault | null,
  ): void {
    const { body, request, response } = at;
    if (operation === 'list') return json(response, 200, this.#page(query));
    if (operation === 'upload')
      return this.#upload(query, multipart(request, body), response, fault);
    const object = this.objects.get(name);
    const { generation } = query;
    if (
      object === undefined ||
      (generation ?? String(object.generation)) !== String(object.generation)
    ) {
      return json(response, 404, { error: { code: 404, message: `No such object: ${name}` } });
    }
    if (operation === 'metadata') return json(response, 200, described(name, object));
    if (operation === 'delete') {
      this.objects.delete(name);
      response.writeHead(204).end();
      return undefined;
    }
    return sendMedia(response, object.bytes, range, fault);
  }

  #upload(
    query: Readonly<Record<string, string>>,
    { metadata, media }: ReturnType<typeof multipart>,
    response: ServerResponse,
    fault: GcsFault | null,
  ): void {
    const name = query['name']!;
    const there = String(this.objects.get(name)?.generation ?? 0);
    if (query['ifGenerationMatch'] !== undefined && query['ifGenerationMatch'] !== there) {
      return json(response, 412, { error: { code: 412, message: 'conditionNotMet' } });
    }
    if (metadata.md5Hash !== undefined && metadata.md5Hash !== md5(media)) {
      return json(response, 400, { error: { code: 400, message: 'md5 does not match' } });
    }
    this.put(name, media);
    if (fault?.kind === 'lost') response.destroy();
    else json(response, 200, described(name, this.objects.get(name)!));
    return undefined;
  }

  #page(query: Readonly<Record<string, string>>): object {
    const prefix = query['prefix'] ?? '';
    const from = Number(query['pageToken'] ?? 0);
    const names = [...this.objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
    const to = from + this.#pageSize;
    const items = names.slice(from, to).map((name) => described(name, this.objects.get(name)!));
    return {
      kind: 'storage#objects',
      items,
      ...(to < names.length ? { nextPageToken: `${to}` } : {}),
    };
  }

  #nextFault(operation: Operation): GcsFault | null {
    const fault = this.faults[0];
    if (fault?.operation !== operation) return null;
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) this.faults.shift();
    return fault;
  }
}

function requestOf(request: IncomingMessage, url: URL): GcsRequest {
  const query = Object.fromEntries(url.searchParams);
  const range = request.headers.range ?? null;
  if (url.pathname.startsWith('/upload/')) {
    return { operation: 'upload', name: query['name'] ?? '', query, range };
  }
  const [, encoded] = new RegExp(`/b/${BUCKET}/o/([^/]+)$`).exec(url.pathname) ?? [];
  if (encoded === undefined) return { operation: 'list', name: '', query, range };
  const name = decodeURIComponent(encoded);
  if (request.method === 'DELETE') return { operation: 'delete', name, query, range };
  return { operation: query['alt'] === 'media' ? 'media' : 'metadata', name, query, range };
}

function sendMedia(
  response: ServerResponse,
  bytes: Uint8Array,
  range: string | null,
  fault: GcsFault | null,
): void {
  const [, start = '0', end = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const part = bytes.subarray(Number(start), end === '' ? bytes.length : Number(end) + 1);
  const status = range === null ? 200 : 206;
  const half = part.subarray(0, part.length >> 1);
  if (fault?.kind === 'cut') {
    response.writeHead(status, { 'content-length': part.length });
    response.write(half, () => response.destroy());
  } else {
    response.writeHead(status, { 'content-type': 'application/octet-stream' });
    response.end(fault?.kind === 'half' ? half : part);
  }
}

/** The two parts of a multipart upload: JSON, then the content. */
function multipart(
  request: IncomingMessage,
  body: Buffer,
): { readonly metadata: { readonly md5Hash?: string }; readonly media: Uint8Array } {
  const [, boundary] = /boundary="?([^";]+)"?/.exec(request.headers['content-type'] ?? '')!;
  const blank = Buffer.from('\r\n\r\n');
  const head = body.indexOf(blank) + blank.length;
  const between = body.indexOf(`\r\n--${boundary}`, head);
  const mediaStart = body.indexOf(blank, between) + blank.length;
  const mediaEnd = body.lastIndexOf(`\r\n--${boundary}--`);
  return {
    metadata: JSON.parse(body.toString('utf8', head, between)) as { md5Hash?: string },
    media: new Uint8Array(body.subarray(mediaStart, mediaEnd)),
  };
}

function described(name: string, { bytes, generation, contentEncoding }: StoredObject): object {
  return {
    kind: 'storage#object',
    bucket: BUCKET,
    name,
    generation: String(generation),
    size: String(bytes.length),
    md5Hash: md5(bytes),
    ...(contentEncoding === undefined ? {} : { contentEncoding }),
  };
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('base64');
}

function json(response: ServerResponse, status: number, value: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
