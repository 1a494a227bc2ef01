/**
 * A model store in a folder.
 *
 * Symbolic links are followed (mounted volumes are made of them). Nothing is cached: a store is asked when a model is
 * loaded, not when it scores.
 */
import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WindrowError, found, messageOf } from '@windrow/core';
import { GOLDEN_BYTES_MAX, GOLDEN_FILE } from './golden-vectors.ts';
import { listNear } from './internal/near-names.ts';
import {
  MODEL_FILE,
  parseVersion,
  type ModelFile,
  type ModelStore,
  type ModelVersions,
} from './model-store.ts';

/** protobuf, and so ONNX, goes no further: larger models keep their weights in external data files. */
const FILE_BYTES_MAX = 2 ** 31;

export class FolderModelStore implements ModelStore {
  readonly uri: string;

  /** @param root path of the folder that holds a folder for each model */
  constructor(root: string) {
    this.uri = root;
  }

  /** Nothing is remembered. */
  refresh(): Promise<void> {
    return Promise.resolve();
  }

  async versions(identifier: string): Promise<ModelVersions> {
    const folder = await this.#modelFolder(identifier);
    const versions: number[] = [];
    const notes: string[] = [];
    for (const name of (await readdir(folder)).toSorted()) {
      const version = parseVersion(name);
      const path = join(folder, name);
      if (version === null) {
        notes.push(`${path}: ignored: no version (a positive integer without leading zeros)`);
      } else if (!(await isFolder(path))) {
        notes.push(`${path}: ignored: a version is a folder`);
      } else {
        versions.push(version);
      }
    }
    if (versions.length === 0) {
      const ignored = notes.length === 0 ? '' : ` (${notes.length} other entries)`;
      throw new WindrowError(
        'MODEL',
        `${folder}: found no version${ignored}, expected ${join(folder, '1', MODEL_FILE)} or the like`,
      );
    }
    return { versions: versions.toSorted((a, b) => a - b), notes };
  }

  async open(identifier: string, version: number): Promise<ModelFile> {
    const folder = join(await this.#modelFolder(identifier), String(version));
    const path = join(folder, MODEL_FILE);
    const bytes = await this.#read(path, identifier, version);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const golden = await readGolden(join(folder, GOLDEN_FILE));
    return { identity: { identifier, version, sha256 }, path, bytes, folder, golden };
  }

  async #read(path: string, identifier: string, version: number): Promise<Uint8Array> {
    try {
      const { size } = await stat(path);
      if (size > FILE_BYTES_MAX) {
        throw new WindrowError(
          'MODEL',
          `${path}: found ${size} bytes, expected at most ${FILE_BYTES_MAX}; keep the weights in external data files`,
        );
      }
      return await readFile(path);
    } catch (error) {
      if (error instanceof WindrowError) throw error;
      if (!isMissing(error)) {
        throw new WindrowError('MODEL', `${path}: cannot be read: ${messageOf(error)}`, {
          cause: error,
        });
      }
      const { versions } = await this.versions(identifier);
      const there = versions.includes(version)
        ? `version ${version} has no ${MODEL_FILE}`
        : `model ${found(identifier)} has the versions ${listVersions(versions)}`;
      throw new WindrowError('MODEL', `${path}: not found; ${there}`, { cause: error });
    }
  }

  /** The folder of a model, which is there. */
  async #modelFolder(identifier: string): Promise<string> {
    if (identifier === '' || /[/\\\0]/.test(identifier) || /^\.\.?$/.test(identifier)) {
      throw new WindrowError(
        'MODEL',
        `model_identifier: found ${found(identifier)}, expected the name of a folder in ${this.uri}`,
      );
    }
    const folder = join(this.uri, identifier);
    if (await isFolder(folder)) return folder;
    if (!(await isFolder(this.uri))) {
      throw new WindrowError(
        'MODEL',
        `model store ${this.uri}: found no such folder, expected one that holds ${join(identifier, '1', MODEL_FILE)} or the like`,
      );
    }
    const entries = await readdir(this.uri, { withFileTypes: true });
    const names = entries.filter((e) => !e.isFile()).map((e) => e.name);
    throw new WindrowError(
      'MODEL',
      `model store ${this.uri}: found no model ${found(identifier)}; there are: ${listNear(identifier, names)}`,
    );
  }
}

async function readGolden(path: string): Promise<ModelFile['golden']> {
  try {
    const { size } = await stat(path);
    if (size > GOLDEN_BYTES_MAX) {
      throw new WindrowError(
        'MODEL',
        `${path}: found ${size} bytes, expected at most ${GOLDEN_BYTES_MAX}; a few windows will do`,
      );
    }
    return { path, bytes: await readFile(path) };
  } catch (error) {
    if (isMissing(error)) return null;
    if (error instanceof WindrowError) throw error;
    throw new WindrowError('MODEL', `${path}: cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const VERSIONS_SHOWN = 10;

/** The newest ones, ascending. */
function listVersions(versions: readonly number[]): string {
  const shown = versions.slice(-VERSIONS_SHOWN).join(', ');
  return versions.length > VERSIONS_SHOWN ? `..., ${shown}` : shown;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw new WindrowError('MODEL', `${path}: cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'ENOENT' || error.code === 'ENOTDIR';
}
