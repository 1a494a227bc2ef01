/** The objects of a bucket. What fails is tried again here, also a request that hangs. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { WindrowError } from '@windrow/core';
import { isConflict, isMissing, trying, type Trying } from './trying.ts';
import { Wire } from './wire.ts';

/** What the store says of an object. */
export interface ObjectInfo {
  readonly name: string;
  readonly generation: string;
  readonly sizeBytes: number;
  /** Base64; null for composed objects. */
  readonly md5: string | null;
  /** `gzip` where the store may unpack it on the way. */
  readonly contentEncoding: string | null;
}

/** What is written: a stream of the content, made anew for each attempt. */
export interface Content {
  readonly open: () => Readable;
  readonly sizeBytes: number;
  /** Base64. The store refuses bytes that have another one. */
  readonly md5: string;
}

const SMALL_BYTES = 1 << 20;
/** How often a write gives way to another writer before it fails. */
const CONFLICTS_MAX = 5;
const OBJECTS_MAX = 5_000_000;

/** Between the parts of an upload; no content is looked at, since its length is known. */
const BOUNDARY = 'windrow-part';

/** As the JSON API describes an object. */
interface Metadata {
  readonly name?: string;
  readonly generation?: string;
  readonly size?: string;
  readonly md5Hash?: string;
  readonly contentEncoding?: string;
}

export class Objects {
  readonly bucket: string;
  readonly #trying: Trying;
  readonly #wire: Wire;

  constructor(bucket: string, policy: Trying) {
    this.bucket = bucket;
    this.#trying = policy;
    this.#wire = new Wire(policy.silenceMs);
  }

  uri(name: string): string {
    return `gs://${this.bucket}/${name}`;
  }

  /** All objects whose names begin with `prefix`, by name. */
  async list(prefix: string): Promise<ObjectInfo[]> {
    const found: ObjectInfo[] = [];
    const what = `${this.uri(prefix)}: cannot be listed`;
    const fields = 'items(name,generation,size,md5Hash,contentEncoding),nextPageToken';
    let pageToken: string | undefined;
    do {
      const query = { prefix, fields, pageToken };
      const page = (await trying(this.#trying, 'INPUT', what, () =>
        this.#wire.json({ method: 'GET', path: this.#path(), query }),
      )) as { readonly items?: readonly Metadata[]; readonly nextPageToken?: string };
      for (const item of page.items ?? []) found.push(infoOf(item.name ?? '', item));
      if (found.length > OBJECTS_MAX) {
        throw new WindrowError(
          'INPUT',
          `${this.uri(prefix)}: found more than ${OBJECTS_MAX} objects, expected a longer prefix`,
        );
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What is known of an object, or null where there is none. */
  async info(name: string, generation: string | null = null): Promise<ObjectInfo | null> {
    const what = `${this.uri(name)}: cannot be looked at`;
    return trying(this.#trying, 'INPUT', what, async () => {
      try {
        const query = generation === null ? {} : { generation };
        const path = this.#path(name);
        return infoOf(name, (await this.#wire.json({ method: 'GET', path, query })) as Metadata);
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  /** The bytes `[start, end)` of one generation, as they are stored. @throws WindrowError INPUT */
  async range(name: string, generation: string, start: number, end: number): Promise<Uint8Array> {
    const what = `${this.uri(name)}#${generation}: bytes ${start} to ${end} cannot be read`;
    if (end <= start) return new Uint8Array(0);
    const bytes = new Uint8Array(end - start);
    await trying(this.#trying, 'INPUT', what, () => {
      const query = { alt: 'media', generation };
      // Without the second header the store unpacks what it holds packed.
      const headers = { range: `bytes=${start}-${end - 1}`, 'accept-encoding': 'gzip' };
      return this.#wire.download({ method: 'GET', path: this.#path(name), query, headers }, bytes);
    });
    return bytes;
  }

  /**
   * Writes an object whole, in place of the one that is there. A late attempt of an earlier write cannot overwrite it: each names
   * the generation that it replaces.
   * @throws WindrowError OUTPUT
   */
  async put(name: string, content: Content): Promise<void> {
    const what = `${this.uri(name)}: cannot be written`;
    // Most names are new: then a small object takes one request. A large one is not sent in vain.
    const isSmall = content.sizeBytes <= SMALL_BYTES;
    let replaced = isSmall ? '0' : ((await this.info(name))?.generation ?? '0');
    for (let conflicts = 0; conflicts <= CONFLICTS_MAX; conflicts++) {
      try {
        await trying(this.#trying, 'OUTPUT', what, () => this.#upload(name, content, replaced));
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
      const there = await this.info(name);
      // An attempt of which no answer came did succeed.
      if (there?.md5 === content.md5 && there.sizeBytes === content.sizeBytes) return;
      replaced = there?.generation ?? '0';
    }
    throw new WindrowError('OUTPUT', `${what}: others write the same object all the time`);
  }

  /** Does nothing where there is none. @throws WindrowError OUTPUT */
  async delete(name: string): Promise<void> {
    await trying(this.#trying, 'OUTPUT', `${this.uri(name)}: cannot be deleted`, async () => {
      try {
        await this.#wire.json({ method: 'DELETE', path: this.#path(name) });
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
    });
  }

  /** Of the bucket's objects, or of one. */
  #path(name?: string): string {
    const path = `/storage/v1/b/${encodeURIComponent(this.bucket)}/o`;
    return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
  }

  async #upload(name: string, content: Content, replaced: string): Promise<void> {
    const metadata = JSON.stringify({ name, md5Hash: content.md5 });
    const head = Buffer.from(
      `--${BOUNDARY}\r\ncontent-type: application/json\r\n\r\n${metadata}\r\n--${BOUNDARY}\r\ncontent-type: application/octet-stream\r\n\r\n`,
    );
    const tail = Buffer.from(`\r\n--${BOUNDARY}--`);
    await this.#wire.json({
      method: 'POST',
      path: `/upload${this.#path()}`,
      query: { uploadType: 'multipart', name, ifGenerationMatch: replaced },
      headers: {
        'content-type': `multipart/related; boundary=${BOUNDARY}`,
        'content-length': String(head.length + content.sizeBytes + tail.length),
      },
      body: Readable.from(around(head, content.open(), tail)),
    });
  }
}

async function* around(head: Buffer, content: Readable, tail: Buffer): AsyncGenerator<Buffer> {
  try {
    yield head;
    yield* content as AsyncIterable<Buffer>;
    yield tail;
  } finally {
    content.destroy();
  }
}

/** The content of some bytes. */
export function contentOf(bytes: Uint8Array): Content {
  return {
    open: () => Readable.from([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)]),
    sizeBytes: bytes.length,
    md5: createHash('md5').update(bytes).digest('base64'),
  };
}

function infoOf(name: string, metadata: Metadata): ObjectInfo {
  return {
    name,
    generation: metadata.generation ?? '',
    sizeBytes: Number(metadata.size ?? 0),
    md5: metadata.md5Hash ?? null,
    contentEncoding: metadata.contentEncoding ?? null,
  };
}
