/**
 * Where models live: `<root>/<identifier>/<version>/model.onnx`, the layout that Triton and others read.
 *
 * A store lists versions and hands out files; it knows nothing of sessions. Which version `null` means is decided in one
 * place, `findModel`, for every kind of store.
 */
import type { ModelIdentity } from '@windrow/core';

/** Name of the model's file in its version's folder. */
export const MODEL_FILE = 'model.onnx';

/** What a store holds for one identifier. */
export interface ModelVersions {
  /** Positive integers, ascending; at least one. */
  readonly versions: readonly number[];
  /** What lies there and is no version, a sentence each. */
  readonly notes: readonly string[];
}

/** One version's file, read whole. */
export interface ModelFile {
  readonly identity: ModelIdentity;
  /** Path or URI, for messages. */
  readonly path: string;
  /** What `identity.sha256` was computed of. Owned by the receiver. */
  readonly bytes: Uint8Array;
  /** Local folder in which the model's external data files lie. */
  readonly folder: string;
  /** `golden.json` beside the model, where there is one. */
  readonly golden: { readonly path: string; readonly bytes: Uint8Array } | null;
}

export interface ModelStore {
  readonly uri: string;
  /**
   * Looks again for what there is; what was found before holds until then, for stores that remember.
   * @throws WindrowError MODEL where the store does not answer; it then goes on with what it knows
   */
  refresh(): Promise<void>;
  /** @throws WindrowError MODEL where the store, the model or any version of it is missing: what was looked for, what is there */
  versions(identifier: string): Promise<ModelVersions>;
  /** @throws WindrowError MODEL where that version is missing or its file cannot be read */
  open(identifier: string, version: number): Promise<ModelFile>;
}

/** A version that a store holds. */
export interface FoundModel {
  readonly version: number;
  /** As in `ModelVersions`. */
  readonly notes: readonly string[];
}

/**
 * The version that a definition asks for: `null` is the numerically greatest.
 * @throws WindrowError MODEL where there is none; a named version is looked for by `open`
 */
export async function findModel(
  store: ModelStore,
  identifier: string,
  version: number | null,
): Promise<FoundModel> {
  if (version !== null) return { version, notes: [] };
  const { versions, notes } = await store.versions(identifier);
  return { version: versions.at(-1)!, notes };
}

const VERSION = /^[1-9]\d{0,14}$/;

/** The version that a folder's name is, or null: positive integers without leading zeros, of at most 15 digits. */
export function parseVersion(name: string): number | null {
  return VERSION.test(name) ? Number(name) : null;
}
