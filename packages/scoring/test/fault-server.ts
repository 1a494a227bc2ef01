/** Files of a folder over HTTP, with faults on request. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** `hang`: never answers; `half`: says how long the file is, sends half, breaks off; `short`: half, as if it were all; `other`: wrong bytes. */
export type Fault = 'hang' | 'half' | 'short' | 'other' | 500 | 404;

export class FaultServer {
  readonly requests: string[] = [];
  /** For paths that contain `path`. */
  fault: { readonly path: string; readonly kind: Fault } | null = null;
  readonly #server: Server;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async over(folder: string): Promise<FaultServer> {
    const server = new FaultServer(folder);
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(request.url!);
    this.requests.push(path);
    const kind = this.fault !== null && path.includes(this.fault.path) ? this.fault.kind : null;
    if (kind === 'hang') return;
    if (typeof kind === 'number') {
      response.writeHead(kind).end('no');
      return;
    }
    let bytes: Buffer;
    try {
      bytes = readFileSync(join(this.#folder, path));
    } catch {
      response.writeHead(404).end();
      return;
    }
    const etag = createHash('md5').update(bytes).digest('hex');
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    const half = bytes.subarray(0, bytes.length >> 1);
    if (kind === 'half') {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(half, () => response.destroy());
      return;
    }
    const sent = kind === 'short' ? half : kind === 'other' ? Buffer.alloc(bytes.length, 7) : bytes;
    response.writeHead(200, { etag }).end(sent);
  }
}
