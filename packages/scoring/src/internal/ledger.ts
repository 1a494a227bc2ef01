/** What happened to a scorer's models: counted, and told to whoever listens. */
import type { ModelIdentity } from '@windrow/core';
import type { ModelEvent } from '../model-events.ts';
import { mergeModelStatistics, type ModelStatistics } from '../model-statistics.ts';
import type { RefusedVersion } from '../scorer-statistics.ts';
import type { LaneModel } from './lane-model.ts';

/** Replaced versions whose statistics are kept, for each identifier: memory must not depend on how often a model changes. */
const RETIRED_MAX = 2;

export class Ledger {
  readonly #onEvent: ((event: ModelEvent) => void) | null;
  readonly #refused: Map<string, RefusedVersion> = new Map();
  /** By identifier, latest first. */
  readonly #retired: Map<string, ModelStatistics[]> = new Map();
  swaps = 0;
  refusals = 0;
  storeFailures = 0;
  lastStoreError: string | null = null;
  workersLost = 0;

  constructor(onEvent: ((event: ModelEvent) => void) | null) {
    this.#onEvent = onEvent;
  }

  get refused(): readonly RefusedVersion[] {
    return [...this.#refused.values()];
  }

  get retired(): readonly ModelStatistics[] {
    return [...this.#retired.values()].flat();
  }

  swapped(from: ModelIdentity, to: ModelIdentity): void {
    this.swaps++;
    this.#onEvent?.({ kind: 'swapped', from, to });
  }

  refuse(refused: RefusedVersion): void {
    this.refusals++;
    this.#refused.set(refused.identifier, refused);
    this.#onEvent?.({ kind: 'refused', ...refused });
  }

  /** The version to take is the one that scores. */
  settled(identifier: string): void {
    this.#refused.delete(identifier);
  }

  storeFailed(message: string): void {
    this.storeFailures++;
    this.lastStoreError = message;
    this.#onEvent?.({ kind: 'store_failed', message });
  }

  workerLost(worker: number, message: string): void {
    this.workersLost++;
    this.#onEvent?.({ kind: 'worker_lost', worker, message });
  }

  /** A model's last need is gone. What never scored is not worth a word. */
  released({ identity, statistics, isInstalled }: LaneModel): void {
    if (!isInstalled) return;
    const kept = this.#retired.get(identity.identifier) ?? [];
    const snapshot = statistics.snapshot();
    const same = kept.findIndex(({ model }) => isSame(model, identity));
    if (same < 0) kept.unshift(snapshot);
    else kept[same] = mergeModelStatistics(kept[same]!, snapshot);
    this.#retired.set(identity.identifier, kept.slice(0, RETIRED_MAX));
    this.#onEvent?.({ kind: 'released', model: identity });
  }
}

function isSame(a: ModelIdentity, b: ModelIdentity): boolean {
  return a.version === b.version && a.sha256 === b.sha256;
}
