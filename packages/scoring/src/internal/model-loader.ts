/** Models by identifier and version: each found and loaded once, one after the other; what cannot be loaded is tried once too. */
import { WindrowError, type Definition } from '@windrow/core';
import { nameOf } from '../check-model.ts';
import { RunStatistics } from '../model-statistics.ts';
import { findModel, type ModelStore } from '../model-store.ts';
import { OnnxModel } from '../onnx-model.ts';
import type { LoadedModel } from './batch-group.ts';

/** A model that cannot be loaded, and who wants it. */
interface Broken {
  readonly message: string;
  readonly first: Definition;
  others: number;
}

export class ModelLoader {
  readonly #store: ModelStore;
  readonly #newest: Map<string, number> = new Map();
  readonly #loaded: Map<string, LoadedModel> = new Map();
  readonly #broken: Map<string, Broken> = new Map();
  /** What the store ignored. */
  readonly notes: string[] = [];

  constructor(store: ModelStore) {
    this.#store = store;
  }

  /** In the order of their first definitions. */
  get models(): readonly LoadedModel[] {
    return [...this.#loaded.values()];
  }

  /** A line for each model that could not be loaded. */
  get faults(): readonly string[] {
    return [...this.#broken.values()].map(({ message, first, others }) => {
      const more = others === 0 ? '' : ` and ${others} more`;
      return `${message}; needed by definition ${nameOf(first)}${more}`;
    });
  }

  /** The model of a definition, or null with a fault noted. */
  async load(definition: Definition): Promise<LoadedModel | null> {
    const { modelIdentifier, modelVersion } = definition;
    const asked = `${modelIdentifier}/${modelVersion ?? 'newest'}`;
    const broken = this.#broken.get(asked);
    if (broken !== undefined) {
      broken.others++;
      return null;
    }
    try {
      return await this.#open(modelIdentifier, modelVersion);
    } catch (error) {
      if (!(error instanceof WindrowError)) throw error;
      this.#broken.set(asked, { message: error.message, first: definition, others: 0 });
      return null;
    }
  }

  async release(): Promise<void> {
    for (const { model } of this.#loaded.values()) await model.release();
  }

  async #open(identifier: string, asked: number | null): Promise<LoadedModel> {
    const version = asked ?? (await this.#newestOf(identifier));
    const key = `${identifier}/${version}`;
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const model = await OnnxModel.load(await this.#store.open(identifier, version));
    const loaded = { model, statistics: new RunStatistics(model.identity) };
    this.#loaded.set(key, loaded);
    return loaded;
  }

  async #newestOf(identifier: string): Promise<number> {
    const known = this.#newest.get(identifier);
    if (known !== undefined) return known;
    const { version, notes } = await findModel(this.#store, identifier, null);
    this.#newest.set(identifier, version);
    this.notes.push(...notes);
    return version;
  }
}
