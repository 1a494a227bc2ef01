/**
 * From definitions and a model store to a scorer: every model found, loaded, checked and warmed up, or every fault named,
 * before any sample is read.
 */
import { WindrowError, type Definition, type ScoringTarget } from '@windrow/core';
import { checkModel, nameOf, type ModelBinding } from './check-model.ts';
import { BatchGroup, type LoadedModel, type PaceOptions } from './internal/batch-group.ts';
import { BufferPool } from './internal/buffer-pool.ts';
import { ModelLoader } from './internal/model-loader.ts';
import { ModelScorer } from './model-scorer.ts';
import type { ModelStore } from './model-store.ts';

const RUN_MS_MAX = 4;
const BATCH_BYTES_MAX = 2 << 20;
const BUFFER_BYTES_MAX = 64 << 20;
const FAULTS_SHOWN = 50;

export interface ScorerOptions {
  /** A clock that never goes back, in ms with fractions, such as `performance.now`. */
  readonly nowMs: () => number;
  /** How long one run may block the thread, in ms: batches are cut accordingly. Default 4. */
  readonly runMsMax?: number;
  /** Greatest size of a batch, unless a single window is larger. Default 2 MiB: larger ones gain nothing. */
  readonly batchBytesMax?: number;
  /** Memory for batches of all models together; `reserve` gives null beyond it. Default 64 MiB. */
  readonly bufferBytesMax?: number;
}

/**
 * Binds every definition to its model (`modelVersion` null: the newest), with one session for each model and version, loaded
 * one after the other.
 * @throws WindrowError MODEL with every fault of every definition, a line each (at most 50); nothing stays loaded then
 */
export async function createScorer(
  definitions: readonly Definition[],
  store: ModelStore,
  options: ScorerOptions,
): Promise<ModelScorer> {
  const loader = new ModelLoader(store);
  const binder = new Binder({
    nowMs: options.nowMs,
    runMsMax: options.runMsMax ?? RUN_MS_MAX,
    batchBytesMax: options.batchBytesMax ?? BATCH_BYTES_MAX,
  });
  try {
    for (const definition of definitions) {
      const loaded = await loader.load(definition);
      if (loaded !== null) await binder.bind(definition, loaded);
    }
    throwFaults([...loader.faults, ...binder.faults]);
  } catch (error) {
    await loader.release();
    throw error;
  }
  return new ModelScorer({
    targets: binder.targets,
    groups: binder.groups,
    models: loader.models,
    pool: new BufferPool(options.bufferBytesMax ?? BUFFER_BYTES_MAX),
    notes: [...loader.notes, ...binder.notes],
  });
}

/** Definitions to groups that share runs. */
class Binder {
  readonly targets: ScoringTarget[] = [];
  /** Group of each target. */
  readonly groups: BatchGroup[] = [];
  readonly faults: string[] = [];
  readonly notes: string[] = [];
  readonly #pace: PaceOptions;
  readonly #groupByKey: Map<string, BatchGroup> = new Map();

  constructor(pace: PaceOptions) {
    this.#pace = pace;
  }

  async bind(definition: Definition, loaded: LoadedModel): Promise<void> {
    try {
      const { binding, notes } = checkModel(definition, loaded.model);
      const group = await this.#groupOf(definition, loaded, binding);
      this.groups.push(group);
      this.notes.push(...notes);
      this.targets.push({ definition, model: loaded.model.identity, dtype: binding.dtype });
    } catch (error) {
      if (!(error instanceof WindrowError)) throw error;
      this.faults.push(...error.message.split('\n'));
    }
  }

  async #groupOf(
    definition: Definition,
    loaded: LoadedModel,
    binding: ModelBinding,
  ): Promise<BatchGroup> {
    const { identifier, version } = loaded.model.identity;
    const key = JSON.stringify([identifier, version, definition.layout, binding]);
    const known = this.#groupByKey.get(key);
    if (known !== undefined) return known;
    const group = new BatchGroup(loaded, binding, this.#pace);
    try {
      await group.warmUp();
    } catch (error) {
      if (!(error instanceof WindrowError)) throw error;
      const message = `${error.message}; needed by definition ${nameOf(definition)}`;
      throw new WindrowError('MODEL', message, { cause: error });
    }
    this.#groupByKey.set(key, group);
    return group;
  }
}

function throwFaults(faults: readonly string[]): void {
  if (faults.length === 0) return;
  const shown = faults.slice(0, FAULTS_SHOWN);
  if (faults.length > shown.length) shown.push(`... and ${faults.length - shown.length} more`);
  throw new WindrowError('MODEL', shown.join('\n'));
}
