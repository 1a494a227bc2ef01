/**
 * gRPC over HTTP/2 as far as a fake needs it, with what a gRPC library does not give: a stream that is reset, a connection
 * that is cut.
 *
 *     message := 0 uint32-be length bytes
 */
import {
  constants,
  type IncomingHttpHeaders,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

export const STATUS = {
  ok: 0,
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** Ends a call with a status. */
export class GrpcStatus extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A call as its handler sees it. */
export class GrpcCall {
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    this.#headers = headers;
  }

  /** `x-goog-request-params`: what the service routes calls by. */
  get routing(): string {
    const value = this.#headers['x-goog-request-params'];
    return typeof value === 'string' ? decodeURIComponent(value) : '';
  }

  /** The client went away, or the call was ended. */
  get closed(): boolean {
    return this.#stream.closed || this.#stream.destroyed;
  }

  /** The client's messages. */
  async *messages(): AsyncGenerator<Uint8Array> {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of this.#stream.iterator({ destroyOnReturn: false })) {
      rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
      while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
        const end = 5 + rest.readUInt32BE(1);
        yield rest.subarray(5, end);
        rest = rest.subarray(end);
      }
    }
  }

  /** Sends a message; resolves when the next one may come. */
  async send(message: Uint8Array): Promise<void> {
    if (this.closed) return;
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    this.#stream.write(prefix);
    if (this.#stream.write(message)) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#stream.off('drain', done);
        this.#stream.off('close', done);
        resolve();
      };
      this.#stream.on('drain', done);
      this.#stream.on('close', done);
    });
  }

  /** Ends the call with a status. */
  finish(code: number, message: string): void {
    if (this.closed) return;
    this.#stream.once('wantTrailers', () => {
      this.#stream.sendTrailers({
        'grpc-status': String(code),
        'grpc-message': encodeURI(message),
      });
    });
    this.#stream.end();
  }

  /** RST_STREAM, without a status. */
  reset(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }

  /** The whole connection breaks. */
  cut(): void {
    this.#stream.session?.destroy();
  }
}

export type GrpcHandler = (call: GrpcCall) => Promise<void>;

export class GrpcServer {
  readonly #server: Http2Server = createServer();
  readonly #sessions: Set<ServerHttp2Session> = new Set();
  /** Calls under way. */
  open = 0;

  /** @param handlers by path: `/google.package.Service/Method` */
  constructor(handlers: Readonly<Record<string, GrpcHandler>>) {
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
      session.on('error', () => undefined);
    });
    this.#server.on('stream', (stream, headers) => {
      this.open++;
      stream.once('close', () => this.open--);
      stream.on('error', () => undefined);
      stream.respond(
        { ':status': 200, 'content-type': 'application/grpc' },
        { waitForTrailers: true },
      );
      const path = String(headers[':path']);
      void run(handlers[path], path, new GrpcCall(stream, headers));
    });
  }

  /** Listens on a free port of 127.0.0.1 and gives `host:port`. */
  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => {
        const { port } = this.#server.address() as AddressInfo;
        resolve(`127.0.0.1:${port}`);
      });
    });
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

async function run(handler: GrpcHandler | undefined, path: string, call: GrpcCall): Promise<void> {
  try {
    if (handler === undefined) throw new GrpcStatus(STATUS.unimplemented, `no method ${path}`);
    await handler(call);
    call.finish(STATUS.ok, '');
  } catch (error) {
    if (error instanceof GrpcStatus) call.finish(error.code, error.message);
    else call.finish(STATUS.internal, `the fake failed: ${String(error)}`);
  }
}
