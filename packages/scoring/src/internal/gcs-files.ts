/**
 * Models in Cloud Storage, by Google's client, which finds its credentials as everywhere and honours `STORAGE_EMULATOR_HOST`.
 *
 * An object is named with its generation, so that another content is another file. What the store says of it (its size and MD5, or
 * `sha256` in its custom metadata) is checked.
 */
import { Storage, type Bucket, type File } from '@google-cloud/storage';
import { WindrowError, messageOf } from '@windrow/core';
import { parseVersion } from '../model-store.ts';
import { pathFault } from './relative-path.ts';
import type { RemoteFile, RemoteFiles, RemoteListing } from './remote-files.ts';
import { StallGuard } from './stall-guard.ts';

const RETRIES_MAX = 3;
const OBJECTS_MAX = 1_000_000;

interface Listed {
  readonly versions: Map<number, Map<string, RemoteFile>>;
  readonly notes: Set<string>;
}

export class GcsFiles implements RemoteFiles {
  readonly uri: string;
  readonly #bucket: Bucket;
  /** Empty, or with a slash at its end. */
  readonly #prefix: string;
  readonly #timeoutMs: number;

  constructor(bucket: string, prefix: string, timeoutMs: number) {
    this.uri = `gs://${bucket}/${prefix}`;
    this.#prefix = prefix;
    this.#timeoutMs = timeoutMs;
    const totalTimeout = Math.ceil(timeoutMs / 1000);
    this.#bucket = new Storage({
      timeout: timeoutMs,
      retryOptions: { maxRetries: RETRIES_MAX, totalTimeout },
    }).bucket(bucket);
  }

  async list(): Promise<RemoteListing> {
    const models = new Map<string, Listed>();
    let objects = 0;
    const guard = new StallGuard(this.#timeoutMs, this.uri);
    const stream = this.#bucket.getFilesStream({ prefix: this.#prefix });
    guard.signal.addEventListener('abort', () => stream.destroy(guard.signal.reason as Error));
    try {
      for await (const object of stream) {
        guard.heard();
        if (++objects > OBJECTS_MAX) {
          throw new WindrowError('MODEL', `${this.uri}: found more than ${OBJECTS_MAX} objects`);
        }
        this.#add(object as File, models);
      }
    } catch (error) {
      if (error instanceof WindrowError) throw error;
      throw new WindrowError('MODEL', `${this.uri}: cannot be listed: ${messageOf(error)}`, {
        cause: error,
      });
    } finally {
      guard.end();
    }
    return new Map(
      [...models].map(([identifier, { versions, notes }]) => [
        identifier,
        { versions, notes: [...notes] },
      ]),
    );
  }

  async *read(file: RemoteFile): AsyncIterable<Uint8Array> {
    const [name, generation] = objectOf(file.place, this.#bucket.name);
    const guard = new StallGuard(this.#timeoutMs, file.place);
    // What the store says of the content is checked by who reads.
    const stream = this.#bucket
      .file(name, { generation })
      .createReadStream({ validation: file.md5 === null ? 'crc32c' : false });
    guard.signal.addEventListener('abort', () => stream.destroy(guard.signal.reason as Error));
    try {
      for await (const chunk of stream) {
        guard.heard();
        yield chunk as Uint8Array;
      }
    } finally {
      guard.end();
    }
  }

  /** `<prefix><identifier>/<version>/<name>`; others are no models. */
  #add({ name: path, metadata }: File, models: Map<string, Listed>): void {
    const [identifier, text, ...rest] = path.slice(this.#prefix.length).split('/');
    const name = rest.join('/');
    // An empty name is the mark of a folder.
    if (identifier === undefined || identifier === '' || text === undefined || name === '') return;
    const model: Listed = models.get(identifier) ?? { versions: new Map(), notes: new Set() };
    models.set(identifier, model);
    const version = parseVersion(text);
    if (version === null) {
      model.notes.add(
        `${this.uri}${identifier}/${text}: ignored: no version (a positive integer without leading zeros)`,
      );
      return;
    }
    if (pathFault(name) !== null) return;
    const sha256 = metadata.metadata?.['sha256'];
    const files = model.versions.get(version) ?? new Map<string, RemoteFile>();
    model.versions.set(version, files);
    files.set(name, {
      place: `gs://${this.#bucket.name}/${path}#${metadata.generation ?? ''}`,
      name,
      sizeBytes: metadata.size === undefined ? null : Number(metadata.size),
      sha256: typeof sha256 === 'string' ? sha256.toLowerCase() : null,
      md5: metadata.md5Hash ?? null,
    });
  }
}

function objectOf(place: string, bucket: string): readonly [name: string, generation: string] {
  const at = place.lastIndexOf('#');
  return [place.slice(`gs://${bucket}/`.length, at), place.slice(at + 1)];
}
