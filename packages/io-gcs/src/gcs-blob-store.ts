/** Blobs as objects below a prefix: each is there whole or not at all, and durable when `put` resolves. */
import { WindrowError, found, type BlobInfo, type BlobStore } from '@windrow/core';
import type { GcsOptions } from './gcs-source.ts';
import { objectPlace } from './internal/object-place.ts';
import { Objects, contentOf } from './internal/objects.ts';
import { TRYING } from './internal/trying.ts';

/** Parts of a name: no dot in front, so that a store of files can hold the same names. */
const NAME = /^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;
const NAME_LENGTH_MAX = 512;

export class GcsBlobStore implements BlobStore {
  readonly uri: string;
  readonly #objects: Objects;
  /** Empty, or with a slash at its end. */
  readonly #root: string;

  /**
   * @param uri `gs://bucket/prefix`
   * @throws WindrowError USAGE for what is no such URI
   */
  constructor(uri: string, options: GcsOptions = {}) {
    const { bucket, name } = objectPlace(uri);
    this.uri = uri;
    this.#root = name === '' || name.endsWith('/') ? name : `${name}/`;
    this.#objects = new Objects(bucket, { ...TRYING, ...options.trying });
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#objects.put(this.#name(name), contentOf(bytes));
  }

  async get(name: string): Promise<Uint8Array> {
    const full = this.#name(name);
    const info = await this.#objects.info(full);
    if (info === null) {
      throw new WindrowError(
        'INPUT',
        `${this.#objects.uri(full)}: cannot be read: there is no such object`,
      );
    }
    return this.#objects.range(full, info.generation, 0, info.sizeBytes);
  }

  async list(prefix: string): Promise<readonly BlobInfo[]> {
    const objects = await this.#objects.list(`${this.#root}${prefix}`);
    return objects.flatMap(({ name, sizeBytes }) => {
      const own = name.slice(this.#root.length);
      return NAME.test(own) ? [{ name: own, sizeBytes }] : [];
    });
  }

  async delete(name: string): Promise<void> {
    await this.#objects.delete(this.#name(name));
  }

  #name(name: string): string {
    if (name.length <= NAME_LENGTH_MAX && NAME.test(name)) return `${this.#root}${name}`;
    throw new WindrowError(
      'USAGE',
      `${this.uri}: found the blob name ${found(name)}, expected parts of letters, digits, "_", "-" and "." (not first), with "/" between`,
    );
  }
}
