/**
 * The models of one lane: loaded beside each other as far as the limits allow; beyond them the one that has not run for longest
 * makes room, and comes back when it is to run.
 */
import { WindrowError } from '@windrow/core';
import type { ModelFile } from '../model-store.ts';
import { RunStatistics } from '../model-statistics.ts';
import { checkGoldenVectors, readGoldenVectors, type RunModel } from '../golden-vectors.ts';
import type { HostedModel, ModelHost } from './model-host.ts';
import { LaneModel } from './lane-model.ts';
import { LostModels } from './lost-models.ts';
import type { ModelFiles } from './model-files.ts';
import { RunFailure } from './run-failure.ts';
import { WorkerLost } from './worker-lost.ts';

export interface LaneModelsOptions {
  readonly nowMs: () => number;
  /** Models that may be loaded at once, and bytes of their files; one is always allowed. */
  readonly loadedModelsMax: number;
  readonly loadedBytesMax: number;
  /** The last need of a model is gone, and so are its sessions. */
  readonly onReleased: (model: LaneModel) => void;
}

export class LaneModels {
  readonly #host: ModelHost;
  readonly #files: ModelFiles;
  readonly #options: LaneModelsOptions;
  readonly #byKey: Map<string, LaneModel> = new Map();
  readonly #loaded: Map<LaneModel, HostedModel> = new Map();
  readonly #lost: LostModels = new LostModels((model) => this.#loadAgain(model));
  #loadedBytes = 0;
  /** Uses of all models: each notes which was its last one. */
  #uses = 0;
  #releasing: Promise<void> = Promise.resolve();
  /** Times that a model made room. */
  unloads = 0;

  constructor(host: ModelHost, files: ModelFiles, options: LaneModelsOptions) {
    this.#host = host;
    this.#files = files;
    this.#options = options;
  }

  /** Models that are loaded now. */
  get loadedCount(): number {
    return this.#loaded.size;
  }

  /** Models whose worker died, and that the next one does not have yet. */
  get lostCount(): number {
    return this.#lost.count;
  }

  /** Those that something needs. */
  get all(): readonly LaneModel[] {
    return [...this.#byKey.values()];
  }

  /**
   * A version: loaded, and right in its golden vectors where it has such. To be held by who needs it, or dropped.
   * @throws WindrowError MODEL
   */
  async open(identifier: string, version: number): Promise<LaneModel> {
    const key = `${identifier}/${version}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    return this.#files.load(identifier, version, null, async (file) => {
      const hosted = await this.#host.load(file);
      try {
        await checkGolden(file, hosted);
      } catch (error) {
        await hosted.release();
        throw error;
      }
      const statistics = new RunStatistics(hosted.identity, this.#options.nowMs());
      const model = new LaneModel(hosted, statistics, file.bytes.length);
      this.#byKey.set(key, model);
      this.#keep(model, hosted);
      return model;
    });
  }

  /** Lends a model's session, loading it where it is not loaded. */
  async use<T>(model: LaneModel, act: (hosted: HostedModel) => Promise<T>): Promise<T> {
    model.runs++;
    model.lastUse = ++this.#uses;
    try {
      return await act(this.#loaded.get(model) ?? (await this.#comeBack(model)));
    } finally {
      model.runs--;
    }
  }

  /** Keeps a model that was opened until `unhold`. */
  hold(model: LaneModel): void {
    model.holds++;
  }

  /** Ends a hold; with the last one the model goes. */
  unhold(model: LaneModel): void {
    model.holds--;
    this.drop(model);
  }

  /** Lets a model go that nothing holds; does nothing to others. */
  drop(model: LaneModel): void {
    const key = `${model.identity.identifier}/${model.identity.version}`;
    if (model.holds > 0 || this.#byKey.get(key) !== model) return;
    this.#byKey.delete(key);
    this.#lost.delete(model);
    this.#unload(model);
    this.#releasing = this.#releasing.then(() => this.#forget(model));
  }

  /** All sessions are gone: their worker died. The one that takes its place gets them again. */
  forgetSessions(): void {
    const lost = [...this.#loaded.keys()];
    this.#loaded.clear();
    this.#loadedBytes = 0;
    this.#lost.add(lost);
  }

  async close(): Promise<void> {
    await this.#lost.close();
    for (const model of [...this.#loaded.keys()]) this.#unload(model);
    await this.#releasing;
  }

  /** It stays while it is loaded, whatever else lets it go. */
  async #loadAgain(model: LaneModel): Promise<void> {
    this.hold(model);
    try {
      await this.use(model, () => Promise.resolve());
    } finally {
      this.unhold(model);
    }
  }

  async #comeBack(model: LaneModel): Promise<HostedModel> {
    const { identifier, version, sha256 } = model.identity;
    try {
      return await this.#files.load(identifier, version, sha256, async (file) => {
        const other = this.#loaded.get(model);
        if (other !== undefined) return other;
        const hosted = await this.#host.load(file);
        this.#keep(model, hosted);
        return hosted;
      });
    } catch (error) {
      if (!(error instanceof WindrowError) || error instanceof WorkerLost) throw error;
      const message = `${model.path}: cannot be loaded again: ${error.message}`;
      throw new RunFailure('load', message, { cause: error });
    }
  }

  #keep(model: LaneModel, hosted: HostedModel): void {
    model.statistics.loaded();
    this.#lost.delete(model);
    this.#loaded.set(model, hosted);
    this.#loadedBytes += model.fileBytes;
    const { loadedModelsMax, loadedBytesMax } = this.#options;
    while (this.#loaded.size > loadedModelsMax || this.#loadedBytes > loadedBytesMax) {
      const idle = this.#longestIdle(model);
      if (idle === null) return;
      this.unloads++;
      this.#unload(idle);
    }
  }

  /** Of the loaded models that do not run, the one whose last use was longest ago; never `kept`. */
  #longestIdle(kept: LaneModel): LaneModel | null {
    let longest: LaneModel | null = null;
    for (const model of this.#loaded.keys()) {
      if (model === kept || model.runs > 0) continue;
      if (longest === null || model.lastUse < longest.lastUse) longest = model;
    }
    return longest;
  }

  #forget(model: LaneModel): void {
    this.#options.onReleased(model);
    model.statistics.release();
  }

  #unload(model: LaneModel): void {
    const hosted = this.#loaded.get(model);
    if (hosted === undefined) return;
    this.#loaded.delete(model);
    this.#loadedBytes -= model.fileBytes;
    this.#releasing = this.#releasing.then(() => hosted.release());
  }
}

async function checkGolden({ golden }: ModelFile, hosted: HostedModel): Promise<void> {
  if (golden === null) return;
  const { bytes, path } = golden;
  const run: RunModel = async (feeds, names) => (await hosted.run(feeds, names)).outputs;
  await checkGoldenVectors(readGoldenVectors(bytes, path), run, path);
}
