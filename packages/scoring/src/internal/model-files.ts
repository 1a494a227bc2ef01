/** The store as the loaders see it: one file at a time in memory, and no wait without an end. */
import { WindrowError } from '@windrow/core';
import {
  findModel,
  type FoundModel,
  type ModelFile,
  type ModelStore,
  type ModelVersions,
} from '../model-store.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { withTimeout, type Patience } from './with-timeout.ts';

export class ModelFiles {
  readonly #store: ModelStore;
  readonly #closing: AbortController = new AbortController();
  readonly #patience: Patience;
  readonly #loads: OneAtATime = new OneAtATime();

  /** @param timeoutMs for every answer of the store */
  constructor(store: ModelStore, timeoutMs: number) {
    this.#store = store;
    this.#patience = { ms: timeoutMs, signal: this.#closing.signal };
  }

  /** Ends all waiting. */
  close(): void {
    this.#closing.abort();
  }

  /** Has the store look again for what it holds. */
  refresh(): Promise<void> {
    return withTimeout(this.#store.refresh(), this.#patience, `model store ${this.#store.uri}`);
  }

  /** The version that is asked for; null: the newest. */
  find(identifier: string, version: number | null): Promise<FoundModel> {
    const found = findModel(this.#store, identifier, version);
    return withTimeout(found, this.#patience, `model store ${this.#store.uri}: ${identifier}`);
  }

  /** All versions that there are. */
  versions(identifier: string): Promise<ModelVersions> {
    const found = this.#store.versions(identifier);
    return withTimeout(found, this.#patience, `model store ${this.#store.uri}: ${identifier}`);
  }

  /**
   * Opens a file and has it loaded, when no other is being loaded.
   * @param sha256 what the file must still be; null for the first time
   * @throws WindrowError MODEL where it is something else
   */
  load<T>(
    identifier: string,
    version: number,
    sha256: string | null,
    act: (file: ModelFile) => Promise<T>,
  ): Promise<T> {
    return this.#loads.run(async () => {
      const place = `model store ${this.#store.uri}: ${identifier}/${version}`;
      const open = this.#store.open(identifier, version);
      const file = await withTimeout(open, this.#patience, place);
      if (sha256 !== null && file.identity.sha256 !== sha256) {
        throw new WindrowError(
          'MODEL',
          `${file.path}: found sha256 ${file.identity.sha256}, expected ${sha256} as when it was loaded first; a version's file must not change: add a new version instead`,
        );
      }
      return act(file);
    });
  }
}
