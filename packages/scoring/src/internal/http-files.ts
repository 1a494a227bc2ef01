/**
 * Models behind plain HTTP: `<root>/index.json` says what there is, files lie in the layout of every store. A static server will do.
 */
import { WindrowError, found, messageOf } from '@windrow/core';
import { readModelIndex } from '../model-index.ts';
import type { RemoteFile, RemoteFiles, RemoteListing } from './remote-files.ts';
import { StallGuard } from './stall-guard.ts';

const INDEX_BYTES_MAX = 256 << 20;

export class HttpFiles implements RemoteFiles {
  readonly uri: string;
  readonly #root: URL;
  readonly #timeoutMs: number;
  /** Of the listing that was given last. */
  #etag: string | null = null;

  constructor(root: URL, timeoutMs: number) {
    this.uri = root.href;
    this.#root = root;
    this.#timeoutMs = timeoutMs;
  }

  async list(before: RemoteListing | null): Promise<RemoteListing> {
    const url = new URL('index.json', this.#root);
    const headers: Record<string, string> =
      before === null || this.#etag === null ? {} : { 'if-none-match': this.#etag };
    const guard = new StallGuard(this.#timeoutMs, url.href);
    try {
      const response = await request(url, headers, guard);
      if (response.status === 304 && before !== null) return before;
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of bodyOf(response, url, guard)) {
        size += chunk.length;
        if (size > INDEX_BYTES_MAX) {
          throw new WindrowError('MODEL', `${url.href}: found more than ${INDEX_BYTES_MAX} bytes`);
        }
        chunks.push(chunk);
      }
      const listing = readModelIndex(Buffer.concat(chunks), url.href, this.#root);
      this.#etag = response.headers.get('etag');
      return listing;
    } finally {
      guard.end();
    }
  }

  async *read({ place }: RemoteFile): AsyncIterable<Uint8Array> {
    const guard = new StallGuard(this.#timeoutMs, place);
    try {
      const url = new URL(place);
      yield* bodyOf(await request(url, {}, guard), url, guard);
    } finally {
      guard.end();
    }
  }
}

async function request(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { signal }: StallGuard,
): Promise<Response> {
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    if (error instanceof WindrowError) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new WindrowError('MODEL', `${url.href}: cannot be reached: ${messageOf(cause)}`, {
      cause: error,
    });
  }
}

async function* bodyOf(response: Response, url: URL, guard: StallGuard): AsyncIterable<Uint8Array> {
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    const status = `${response.status} ${response.statusText}`.trim();
    throw new WindrowError('MODEL', `${url.href}: found the answer ${found(status)}, expected 200`);
  }
  try {
    for await (const chunk of response.body) {
      guard.heard();
      yield chunk as Uint8Array;
    }
  } catch (error) {
    if (error instanceof WindrowError) throw error;
    throw new WindrowError('MODEL', `${url.href}: broke off: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
