/** As much of Cloud Storage's JSON API as reading models needs: listing in pages, and media. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Stored {
  bytes: Uint8Array;
  generation: number;
  metadata: Readonly<Record<string, string>>;
}

export class GcsServer {
  readonly objects: Map<string, Stored> = new Map();
  readonly requests: string[] = [];
  /** Answers downloads with the first half of the content. */
  isHalving = false;
  /** Tells no MD5, only CRC32C, as of objects that were put together from others. */
  isComposed = false;
  /** Answers downloads with as many other bytes. */
  isDamaging = false;
  /** Sends the first half of a content, and then nothing. */
  isStalling = false;
  /** Answers so many requests with 503. */
  failures = 0;
  /** Breaks the connection within so many downloads. */
  breaks = 0;
  /** Takes requests, and says nothing. */
  isSilent = false;
  readonly #server: Server;
  #generation = 1000;

  private constructor(pageSize: number) {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://h');
      this.requests.push(url.pathname + url.search);
      if (this.isSilent) return;
      if (this.failures > 0) {
        this.failures--;
        response.writeHead(503).end(JSON.stringify({ error: { message: 'busy today' } }));
        return;
      }
      const [, name] = /\/b\/models\/o\/([^/]+)$/.exec(url.pathname) ?? [];
      if (name === undefined) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(this.#page(url.searchParams, pageSize)));
        return;
      }
      const object = this.objects.get(decodeURIComponent(name));
      const generation = url.searchParams.get('generation');
      if (object === undefined || generation !== String(object.generation)) {
        response.writeHead(404).end();
        return;
      }
      const { bytes } = object;
      const half = bytes.subarray(0, bytes.length >> 1);
      const head = { 'content-type': 'application/octet-stream', 'content-length': bytes.length };
      if (this.isHalving) {
        response.writeHead(200).end(half);
      } else if (this.isStalling) {
        response.writeHead(200, head).write(half);
      } else if (this.breaks > 0) {
        this.breaks--;
        response.writeHead(200, head).write(half, () => response.destroy());
      } else {
        response.writeHead(200, head).end(this.isDamaging ? Buffer.alloc(bytes.length) : bytes);
      }
    });
  }

  static async start(pageSize: number): Promise<GcsServer> {
    const server = new GcsServer(pageSize);
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get host(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  put(name: string, bytes: Uint8Array, metadata: Readonly<Record<string, string>> = {}): void {
    this.objects.set(name, { bytes, metadata, generation: this.#generation++ });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #page(query: URLSearchParams, pageSize: number): object {
    const prefix = query.get('prefix') ?? '';
    const from = Number(query.get('pageToken') ?? 0);
    const names = [...this.objects.keys()].filter((n) => n.startsWith(prefix)).toSorted();
    const items = names.slice(from, from + pageSize).map((name) => {
      const { bytes, generation, metadata } = this.objects.get(name)!;
      return {
        kind: 'storage#object',
        name,
        bucket: 'models',
        generation: String(generation),
        size: String(bytes.length),
        crc32c: crc32cOf(bytes),
        ...(this.isComposed ? {} : { md5Hash: createHash('md5').update(bytes).digest('base64') }),
        metadata,
      };
    });
    const next = from + pageSize < names.length ? { nextPageToken: String(from + pageSize) } : {};
    return { kind: 'storage#objects', items, ...next };
  }
}

/** Castagnoli's, bit by bit, in base64 of its big-endian bytes. */
function crc32cOf(bytes: Uint8Array): string {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  const out = Buffer.alloc(4);
  out.writeUInt32BE(~crc >>> 0);
  return out.toString('base64');
}
