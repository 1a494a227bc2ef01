/** Blobs as the files of a folder: each whole under its name or not there, durable (fsync of file and folder) once `put` resolved. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { WindrowError, messageOf, type BlobInfo, type BlobStore } from '@windrow/core';
import { AtomicFile } from '../files/atomic-file.ts';

/** Parts of a name: no dot in front, which hides temporary files and forbids `..`. */
const NAME = /^(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_-][A-Za-z0-9_.-]*$/;
const NAME_LENGTH_MAX = 512;

export class FolderBlobStore implements BlobStore {
  readonly uri: string;
  readonly #root: string;

  /** @param root the folder; it is created by the first `put` */
  constructor(root: string) {
    this.#root = isAbsolute(root) ? root : resolve(root);
    this.uri = this.#root;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const file = await AtomicFile.create(this.#path(name));
    try {
      await file.write(bytes);
      await file.commit();
    } catch (error) {
      await file.abort();
      throw error;
    }
  }

  async get(name: string): Promise<Uint8Array> {
    const path = this.#path(name);
    try {
      const bytes = await readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (error) {
      throw new WindrowError('INPUT', `${path}: cannot be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async list(prefix: string): Promise<readonly BlobInfo[]> {
    const found: BlobInfo[] = [];
    // Only the folder that the prefix leads into is looked at.
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    await this.#walk(folder, prefix, found);
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async delete(name: string): Promise<void> {
    const path = this.#path(name);
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw new WindrowError('OUTPUT', `${path}: cannot be deleted: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** @param folder '' or with `/` behind */
  async #walk(folder: string, prefix: string, found: BlobInfo[]): Promise<void> {
    const path = join(this.#root, folder);
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error)) return [];
      throw new WindrowError('INPUT', `${path}: cannot be listed: ${messageOf(error)}`, {
        cause: error,
      });
    });
    for (const entry of entries) {
      const name = `${folder}${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) {
        const below = `${name}/`;
        if (below.startsWith(prefix) || prefix.startsWith(below)) {
          await this.#walk(below, prefix, found);
        }
      } else if (name.startsWith(prefix)) {
        const status = await stat(join(this.#root, name)).catch(() => null);
        // Deleted since the folder was read.
        if (status !== null) found.push({ name, sizeBytes: status.size });
      }
    }
  }

  #path(name: string): string {
    if (name.length > NAME_LENGTH_MAX || !NAME.test(name)) {
      throw new WindrowError(
        'USAGE',
        `${this.uri}: found the blob name ${JSON.stringify(name)}, expected parts of letters, digits, "_", "-" and "." (not first), with "/" between`,
      );
    }
    return join(this.#root, name);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
