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
  readonly #server: Server;
  #generation = 1000;

  private constructor(pageSize: number) {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://h');
      this.requests.push(url.pathname + url.search);
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
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.end(this.isHalving ? bytes.subarray(0, bytes.length >> 1) : bytes);
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
        md5Hash: createHash('md5').update(bytes).digest('base64'),
        metadata,
      };
    });
    const next = from + pageSize < names.length ? { nextPageToken: String(from + pageSize) } : {};
    return { kind: 'storage#objects', items, ...next };
  }
}
