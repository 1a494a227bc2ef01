/**
 * Temporary files for what does not fit in memory. Each file is removed from its folder as soon as it is open, where the
 * system allows that, so that nothing is left behind even by `kill -9`.
 */
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WindrowError, messageOf } from '@windrow/core';

/** A file that is written from front to back and then read. */
export class SpillFile {
  readonly #handle: FileHandle;
  readonly #path: string;
  #sizeBytes = 0;
  #open = true;

  constructor(handle: FileHandle, path: string) {
    this.#handle = handle;
    this.#path = path;
  }

  /** Appends; the bytes are the caller's again afterwards. */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      // A disk that is nearly full takes a part, and tells at the next write.
      for (let at = 0; at < bytes.length;) {
        const left = bytes.length - at;
        const { bytesWritten } = await this.#handle.write(bytes, at, left, this.#sizeBytes + at);
        at += bytesWritten;
      }
    } catch (error) {
      throw new WindrowError(
        'OUTPUT',
        `${this.#path}: cannot write temporary data (${messageOf(error)}); make room there, or set TMPDIR to a folder with room`,
        { cause: error },
      );
    }
    this.#sizeBytes += bytes.length;
  }

  /** Fills `out` with the bytes from `position` on, all of which were written. */
  async read(out: Uint8Array, position: number): Promise<void> {
    let read = 0;
    while (read < out.length) {
      const { bytesRead } = await this.#handle.read(out, read, out.length - read, position + read);
      if (bytesRead === 0) {
        throw new WindrowError(
          'INPUT',
          `${this.#path}: temporary data end early, at ${position + read}`,
        );
      }
      read += bytesRead;
    }
  }

  /** Closes and removes the file. Idempotent. */
  async remove(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
    await rm(this.#path, { force: true });
  }
}

/** Makes spill files, in a folder of its own that is made when the first one is. */
export class SpillFolder {
  readonly #parent: string;
  readonly #files: SpillFile[] = [];
  #folder: string | null = null;

  /** @param parent default: the system's folder for temporary files */
  constructor(parent: string = tmpdir()) {
    this.#parent = parent;
  }

  async create(): Promise<SpillFile> {
    this.#folder ??= await mkdtemp(join(this.#parent, 'windrow-'));
    const path = join(this.#folder, `${this.#files.length}.spill`);
    const handle = await open(path, 'wx+');
    // Windows refuses to remove an open file; there `remove` and `close` do it.
    await rm(path, { force: true }).catch(() => undefined);
    const file = new SpillFile(handle, path);
    this.#files.push(file);
    return file;
  }

  /** Removes everything. */
  async close(): Promise<void> {
    for (const file of this.#files) await file.remove();
    if (this.#folder !== null) await rm(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }
}
