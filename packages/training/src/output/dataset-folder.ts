/**
 * A folder that appears under its name only when everything in it is complete: built beside it under a hidden name, then renamed.
 * A run that fails leaves nothing; one that is killed leaves the hidden folder, `.NAME.OWNER.UUID.tmp`, which the next run for the
 * same name removes where its owner is known to have ended, and tells of where that cannot be known.
 */
import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { WindrowError, messageOf } from '@windrow/core';
import { makeFolder } from '@windrow/io';
import type { RunOwner } from './run-owner.ts';

const BUILDING = '.tmp';
const UUID = /^[0-9a-f-]{36}$/;

export interface DatasetFolderOptions {
  /** Whether a dataset that is there may be replaced. */
  readonly overwrite: boolean;
  readonly owner: RunOwner;
  /** Told of a folder under construction that stays, since nobody knows here whether its owner has ended. Default: nobody is. */
  readonly note?: (text: string) => void;
}

export class DatasetFolder {
  /** As it will be called. */
  readonly path: string;
  /** Where it is built. */
  readonly building: string;
  readonly #overwrite: boolean;
  #isOpen = true;

  private constructor(path: string, building: string, overwrite: boolean) {
    this.path = path;
    this.building = building;
    this.#overwrite = overwrite;
  }

  /**
   * @throws WindrowError OUTPUT where something is there that may not be replaced, or the place cannot be written
   */
  static async create(path: string, options: DatasetFolderOptions): Promise<DatasetFolder> {
    const { overwrite, owner } = options;
    const whole = resolve(path);
    await refuseTaken(path, overwrite);
    const name = `.${basename(whole)}.${owner.name}.${randomUUID()}${BUILDING}`;
    const building = join(dirname(whole), name);
    try {
      await removeLeftovers(whole, options);
      await makeFolder(building);
    } catch (error) {
      throw cannotWrite(path, error);
    }
    return new DatasetFolder(path, building, overwrite);
  }

  /** Shows the folder under its name. @throws WindrowError OUTPUT */
  async commit(): Promise<void> {
    const whole = resolve(this.path);
    // Again, for another run may have come first.
    await refuseTaken(this.path, this.#overwrite);
    const old = `${this.building}.old`;
    try {
      await syncFolders(this.building);
      const wasThere = await isThere(whole);
      if (wasThere) await rename(whole, old);
      await rename(this.building, whole);
      this.#isOpen = false;
      await syncFolder(dirname(whole));
      if (wasThere) await rm(old, { recursive: true, force: true });
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** Leaves nothing behind; does nothing after `commit`. */
  async abort(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await rm(this.building, { recursive: true, force: true });
  }
}

/** What runs for the same name were building when they were killed. */
async function removeLeftovers(
  whole: string,
  { owner, note }: DatasetFolderOptions,
): Promise<void> {
  const prefix = `.${basename(whole)}.`;
  for (const name of await readdir(dirname(whole)).catch(() => [])) {
    if (!name.startsWith(prefix) || !name.endsWith(BUILDING)) continue;
    const [other = '', id = '', ...more] = name.slice(prefix.length, -BUILDING.length).split('.');
    if (more.length > 0 || !UUID.test(id)) continue;
    const path = join(dirname(whole), name);
    const hasEnded = owner.hasEnded(other);
    if (hasEnded === true) await rm(path, { recursive: true, force: true });
    if (hasEnded === null) {
      note?.(
        `${path}: stays, since it cannot be told from here whether the run that was building it is alive; remove it if none is`,
      );
    }
  }
}

/** A folder with a `dataset.json` may be replaced if that is asked for; an empty one always. */
async function refuseTaken(path: string, overwrite: boolean): Promise<void> {
  if (!(await isThere(path))) return;
  const names = await readdir(path).catch(() => null);
  if (names?.length === 0) return;
  const isDataset = names?.includes('dataset.json') === true;
  if (isDataset && overwrite) return;
  throw new WindrowError(
    'OUTPUT',
    isDataset
      ? `${path}: found a dataset, expected nothing there; --overwrite replaces it`
      : `${path}: found ${names === null ? 'a file' : 'a folder that is no dataset'}, expected nothing there; name another folder`,
  );
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name));
  }
  await syncFolder(folder);
}

/** Some systems do not open or sync folders; there the rename itself must do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function cannotWrite(path: string, error: unknown): WindrowError {
  if (error instanceof WindrowError) return error;
  return new WindrowError('OUTPUT', `${path}: cannot be written: ${messageOf(error)}`, {
    cause: error,
  });
}
