/**
 * Models behind plain HTTP: `<root>/index.json` says what there is, files lie in the layout of every store. A static server will do.
 */
import { readModelIndex } from '../model-index.ts';
import type { RemoteFile, RemoteFiles, RemoteListing } from './remote-files.ts';
import { answerOf, bodyOf, bytesOf } from './remote-request.ts';
import { StallGuard } from './stall-guard.ts';

const INDEX_BYTES_MAX = 256 << 20;
const NOT_MODIFIED = 304;

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
      const response = await answerOf(url, url.href, headers, guard);
      if (response.status === NOT_MODIFIED && before !== null) return before;
      const bytes = await bytesOf(response, url.href, guard, INDEX_BYTES_MAX);
      const listing = readModelIndex(bytes, url.href, this.#root);
      this.#etag = response.headers.get('etag');
      return listing;
    } finally {
      guard.end();
    }
  }

  async *read({ place }: RemoteFile): AsyncIterable<Uint8Array> {
    const guard = new StallGuard(this.#timeoutMs, place);
    try {
      const response = await answerOf(new URL(place), place, {}, guard);
      yield* bodyOf(response, place, guard);
    } finally {
      guard.end();
    }
  }
}
