/**
 * A file that appears under its name only when it is complete.
 *
 * Written under a temporary name in the same folder (hidden, so that a folder read as a source does not see it), then
 * fsync, rename, fsync of the folder. A process that dies leaves at most the temporary file.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { WindrowError, messageOf } from '@windrow/core';

export class AtomicFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #state: 'open' | 'committed' | 'aborted' = 'open';

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /**
   * Opens the temporary file, and creates the folders above it.
   * @param id makes the temporary name one of its own
   * @throws WindrowError OUTPUT where `path` is a folder or cannot be written
   */
  static async create(path: string, id: string = randomUUID()): Promise<AtomicFile> {
    const folder = dirname(path);
    const temporary = join(folder, `.${basename(path)}.${id}.tmp`);
    try {
      await refuseFolder(path);
      await makeFolder(folder);
      return new AtomicFile(path, temporary, await open(temporary, 'wx'));
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  /** Appends bytes. @throws WindrowError OUTPUT where they cannot be written */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at);
        at += bytesWritten;
      }
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** Makes the file durable and visible under its name. @throws WindrowError OUTPUT where that fails */
  async commit(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
      await rename(this.#temporary, this.path);
      this.#state = 'committed';
      await syncFolder(dirname(this.path));
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** Removes the temporary file; does nothing after `commit`. */
  async abort(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    await this.#handle.close().catch(() => undefined);
    await rm(this.#temporary, { force: true });
  }
}

function cannotWrite(path: string, error: unknown): WindrowError {
  if (error instanceof WindrowError) return error;
  return new WindrowError('OUTPUT', `${path}: cannot be written: ${messageOf(error)}`, {
    cause: error,
  });
}

/**
 * Makes a folder and those above it that are missing. Not by `mkdir`'s own `recursive`: where a folder can be seen but nothing be
 * made in it (`/proc`), that never ends.
 */
export async function makeFolder(folder: string): Promise<void> {
  const status = await stat(folder).catch(() => null);
  if (status?.isDirectory() === true) return;
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above);
  await mkdir(folder).catch((error: unknown) => {
    // Somebody else was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}

async function refuseFolder(path: string): Promise<void> {
  const status = await stat(path).catch(() => null);
  if (status?.isDirectory() === true || /[/\\]$/.test(path)) {
    throw new WindrowError(
      'OUTPUT',
      `${path}: found a folder, expected the name of a file to write`,
    );
  }
}

/** So that the new name survives a loss of power. Some systems cannot open a folder; there the rename must do. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  try {
    await handle.sync();
  } catch {
    // EINVAL, EPERM: this file system does not sync folders.
  } finally {
    await handle.close();
  }
}
