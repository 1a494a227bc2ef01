/**
 * A model store elsewhere: what it holds is listed at once and remembered until `refresh`; files are downloaded when they are asked for
 * first, checked, and kept on disk by their content.
 */
import { createHash } from 'node:crypto';
import { WindrowError, found, messageOf } from '@windrow/core';
import { GOLDEN_BYTES_MAX, GOLDEN_FILE } from '../golden-vectors.ts';
import { readModelProto } from '../model-proto.ts';
import { MODEL_FILE, type ModelFile, type ModelStore, type ModelVersions } from '../model-store.ts';
import type { ContentCache } from './content-cache.ts';
import { listNear } from './near-names.ts';
import type {
  RemoteFile,
  RemoteFiles,
  RemoteListing,
  RemoteModel,
  RemoteVersion,
} from './remote-files.ts';
import { tryingAgain } from './trying-again.ts';

/** protobuf, and so ONNX, goes no further. */
const MODEL_BYTES_MAX = 2 ** 31;
const EXTERNAL_BYTES_MAX = 2 ** 36;

export class RemoteModelStore implements ModelStore {
  readonly uri: string;
  readonly #files: RemoteFiles;
  readonly #cache: ContentCache;
  #listing: RemoteListing | null = null;
  /** Hashes of files of which the store does not say any. */
  readonly #known: Map<string, string> = new Map();

  constructor(files: RemoteFiles, cache: ContentCache) {
    this.uri = files.uri;
    this.#files = files;
    this.#cache = cache;
  }

  async refresh(): Promise<void> {
    this.#listing = await tryingAgain(() => this.#files.list(this.#listing));
  }

  async versions(identifier: string): Promise<ModelVersions> {
    const { versions, notes } = await this.#model(identifier);
    if (versions.size === 0) {
      throw new WindrowError(
        'MODEL',
        `model store ${this.uri}: found no version of ${found(identifier)}, expected ${identifier}/1/${MODEL_FILE} or the like`,
      );
    }
    return { versions: [...versions.keys()].toSorted((a, b) => a - b), notes };
  }

  async open(identifier: string, version: number): Promise<ModelFile> {
    const files = await this.#version(identifier, version);
    const model = files.get(MODEL_FILE);
    if (model === undefined) {
      throw new WindrowError(
        'MODEL',
        `model store ${this.uri}: version ${version} of ${found(identifier)} has no ${MODEL_FILE}`,
      );
    }
    const bytes = await this.#bytes(model, MODEL_BYTES_MAX);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const goldenFile = files.get(GOLDEN_FILE);
    const golden =
      goldenFile === undefined
        ? null
        : { path: goldenFile.place, bytes: await this.#bytes(goldenFile, GOLDEN_BYTES_MAX) };
    const folder = await this.#externalFolder(bytes, model, files);
    return { identity: { identifier, version, sha256 }, path: model.place, bytes, folder, golden };
  }

  /** A folder with the external data files of a model. */
  async #externalFolder(
    bytes: Uint8Array,
    model: RemoteFile,
    files: RemoteVersion,
  ): Promise<string> {
    const hashes = new Map<string, string>();
    for (const name of externalFiles(bytes)) {
      const file = files.get(name);
      if (file === undefined) {
        throw new WindrowError(
          'MODEL',
          `${model.place}: its tensors lie in ${found(name)}, which the store does not have beside it`,
        );
      }
      hashes.set(name, await this.#fetch(file, EXTERNAL_BYTES_MAX));
    }
    return this.#guard(model, () => this.#cache.folderOf(hashes));
  }

  async #bytes(file: RemoteFile, sizeBytesMax: number): Promise<Uint8Array> {
    const sha256 = await this.#fetch(file, sizeBytesMax);
    const bytes = await this.#guard(file, () => this.#cache.read(sha256));
    if (bytes !== null) return bytes;
    throw new WindrowError(
      'MODEL',
      `${file.place}: downloaded, and then not found in the cache as it was written; is its disk in order?`,
    );
  }

  /** Has a file in the cache; its sha256. */
  #fetch(file: RemoteFile, sizeBytesMax: number): Promise<string> {
    return this.#guard(file, async () => {
      const known = file.sha256 ?? this.#known.get(file.place) ?? null;
      if (known !== null && (await this.#cache.has(known))) return known;
      const expected = { ...file, sha256: known, sizeBytesMax };
      const sha256 = await tryingAgain(() => this.#cache.write(this.#files.read(file), expected));
      this.#known.set(file.place, sha256);
      return sha256;
    });
  }

  async #version(identifier: string, version: number): Promise<RemoteVersion> {
    const { versions } = await this.#model(identifier);
    const files = versions.get(version);
    if (files !== undefined) return files;
    const there = [...versions.keys()].toSorted((a, b) => a - b).slice(-10);
    throw new WindrowError(
      'MODEL',
      `model store ${this.uri}: found no version ${version} of ${found(identifier)}, which has ${there.join(', ') || 'none'}`,
    );
  }

  async #model(identifier: string): Promise<RemoteModel> {
    this.#listing ??= await tryingAgain(() => this.#files.list(null));
    const model = this.#listing.get(identifier);
    if (model !== undefined) return model;
    const near = listNear(identifier, [...this.#listing.keys()]);
    throw new WindrowError(
      'MODEL',
      `model store ${this.uri}: found no model ${found(identifier)}; there are: ${near}`,
    );
  }

  async #guard<T>(file: RemoteFile, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (error instanceof WindrowError) throw error;
      throw new WindrowError('MODEL', `${file.place}: cannot be downloaded: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}

/** Of bytes that are no model, none: loading them says what is wrong. */
function externalFiles(bytes: Uint8Array): readonly string[] {
  try {
    return readModelProto(bytes).externalFiles;
  } catch {
    return [];
  }
}
