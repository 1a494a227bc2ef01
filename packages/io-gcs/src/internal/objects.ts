/**
 * The objects of a bucket, by Google's client: application default credentials, `STORAGE_EMULATOR_HOST` honoured. Trying again is
 * done here and not by the client, so that a request that hangs is tried again too.
 */
import { createHash } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Storage, type Bucket, type File } from '@google-cloud/storage';
import { WindrowError } from '@windrow/core';
import { SilenceGuard, isConflict, isMissing, trying, type Trying } from './trying.ts';

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

const LISTENERS_MAX = 64;
const SMALL_BYTES = 1 << 20;
/** How often a write gives way to another writer before it fails. */
const CONFLICTS_MAX = 5;
const OBJECTS_MAX = 5_000_000;

export class Objects {
  readonly bucket: string;
  readonly #bucket: Bucket;
  readonly #trying: Trying;

  constructor(bucket: string, policy: Trying) {
    this.bucket = bucket;
    this.#trying = policy;
    const storage = new Storage({
      timeout: policy.silenceMs,
      retryOptions: { autoRetry: false, maxRetries: 0 },
    });
    this.#bucket = storage.bucket(bucket);
  }

  uri(name: string): string {
    return `gs://${this.bucket}/${name}`;
  }

  /** All objects whose names begin with `prefix`, by name. */
  async list(prefix: string): Promise<ObjectInfo[]> {
    const found: ObjectInfo[] = [];
    let pageToken: string | undefined;
    do {
      const page = {
        prefix,
        autoPaginate: false,
        ...(pageToken === undefined ? {} : { pageToken }),
      };
      const [files, next] = await trying(
        this.#trying,
        'INPUT',
        `${this.uri(prefix)}: cannot be listed`,
        () => this.#bucket.getFiles(page),
      );
      for (const file of files) found.push(infoOf(file.name, file.metadata));
      if (found.length > OBJECTS_MAX) {
        throw new WindrowError(
          'INPUT',
          `${this.uri(prefix)}: found more than ${OBJECTS_MAX} objects, expected a longer prefix`,
        );
      }
      pageToken = (next as { pageToken?: string } | null)?.pageToken;
    } while (pageToken !== undefined);
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What is known of an object, or null where there is none. */
  async info(name: string, generation: string | null = null): Promise<ObjectInfo | null> {
    const what = `${this.uri(name)}: cannot be looked at`;
    return trying(this.#trying, 'INPUT', what, async () => {
      try {
        const [metadata] = await this.#file(name, generation).getMetadata();
        return infoOf(name, metadata);
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
    return trying(this.#trying, 'INPUT', what, async () => {
      const stream = this.#file(name, generation).createReadStream({
        start,
        end: end - 1,
        decompress: false,
        validation: false,
      });
      // The client's own streams have more listeners than Node finds usual.
      stream.on('response', (response: EventEmitter) => response.setMaxListeners(LISTENERS_MAX));
      const guard = new SilenceGuard(this.#trying.silenceMs, stream);
      const bytes = new Uint8Array(end - start);
      let length = 0;
      try {
        for await (const part of stream) {
          guard.heard();
          const chunk = part as Uint8Array;
          if (length + chunk.length > bytes.length)
            throw new Error('more bytes than were asked for');
          bytes.set(chunk, length);
          length += chunk.length;
        }
      } finally {
        guard.end();
      }
      if (length === bytes.length) return bytes;
      throw new Error(`the answer ended after ${length} of ${bytes.length} bytes`);
    });
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
    let replaced: string | number = isSmall ? 0 : ((await this.info(name))?.generation ?? 0);
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
      replaced = there?.generation ?? 0;
    }
    throw new WindrowError('OUTPUT', `${what}: others write the same object all the time`);
  }

  /** Does nothing where there is none. @throws WindrowError OUTPUT */
  async delete(name: string): Promise<void> {
    await trying(this.#trying, 'OUTPUT', `${this.uri(name)}: cannot be deleted`, async () => {
      await this.#file(name, null).delete({ ignoreNotFound: true });
    });
  }

  #file(name: string, generation: string | null): File {
    return this.#bucket.file(name, generation === null ? {} : { generation });
  }

  async #upload(name: string, content: Content, replaced: string | number): Promise<void> {
    const target = this.#file(name, null).createWriteStream({
      resumable: false,
      validation: false,
      metadata: { md5Hash: content.md5 },
      preconditionOpts: { ifGenerationMatch: replaced },
    });
    const guard = new SilenceGuard(this.#trying.silenceMs, target);
    const source = content.open();
    source.on('data', () => guard.heard());
    try {
      await pipeline(source, target);
    } finally {
      guard.end();
    }
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

function infoOf(name: string, metadata: File['metadata']): ObjectInfo {
  return {
    name,
    generation: String(metadata.generation ?? ''),
    sizeBytes: Number(metadata.size ?? 0),
    md5: metadata.md5Hash ?? null,
    contentEncoding: metadata.contentEncoding ?? null,
  };
}
