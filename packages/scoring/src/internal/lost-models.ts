/**
 * Models whose sessions died with their worker. They are loaded again at once, in the worker that takes its place, and not only when a
 * window asks for them: until then somebody should know that scoring is slower than it was.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LaneModel } from './lane-model.ts';

const FIRST_MS = 100;
const LAST_MS = 10_000;

export class LostModels {
  readonly #load: (model: LaneModel) => Promise<void>;
  readonly #models: Set<LaneModel> = new Set();
  readonly #closing: AbortController = new AbortController();
  #loading: Promise<void> | null = null;

  /** @param load has a model loaded, or throws why it cannot be */
  constructor(load: (model: LaneModel) => Promise<void>) {
    this.#load = load;
  }

  /** How many are not loaded again. */
  get count(): number {
    return this.#models.size;
  }

  add(models: Iterable<LaneModel>): void {
    for (const model of models) this.#models.add(model);
    this.#loading ??= this.#loadAll();
  }

  /** It is loaded again, or nobody needs it any more. */
  delete(model: LaneModel): void {
    this.#models.delete(model);
  }

  /** When the load under way has ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#loading;
  }

  async #loadAll(): Promise<void> {
    const { signal } = this.#closing;
    // Whoever told of the death has more to do first.
    await Promise.resolve();
    for (let failures = 0; !signal.aborted;) {
      const [model] = this.#models;
      if (model === undefined) break;
      try {
        await this.#load(model);
        failures = 0;
      } catch {
        // A run that needs it says why; the others have their turn first.
        if (this.#models.delete(model)) this.#models.add(model);
        const waitMs = Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(failures++, 30));
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
    this.#loading = null;
  }
}
