/**
 * Which version scores: for definitions that ask for the newest the store is asked again and again, and a version that is new is
 * loaded, checked and warmed up beside the one that scores, in every lane, before it takes its place in all of them.
 *
 * Whatever fails on the way leaves the version that scores where it is.
 */
import { createHash } from 'node:crypto';
import { WindrowError, messageOf } from '@windrow/core';
import type { PaceOptions } from './batch-group.ts';
import type { Ledger } from './ledger.ts';
import type { LaneModel } from './lane-model.ts';
import type { ModelFiles } from './model-files.ts';
import { bindSlot, type BoundSlot, type ModelSlot } from './model-slot.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { WorkerLost } from './worker-lost.ts';

/** The slots, of all lanes, that follow the newest version of a model. */
interface Followed {
  readonly identifier: string;
  readonly slots: readonly ModelSlot[];
  model: LaneModel;
  /** A version that was named at run time; null: the newest. */
  pinned: number | null;
  /** The version that was refused last, and the fingerprint of its files. */
  refused: { readonly version: number; readonly print: string } | null;
}

export interface VersionKeeperParts {
  /** As they score at first. */
  readonly bound: readonly BoundSlot[];
  readonly files: ModelFiles;
  readonly pace: PaceOptions;
  readonly ledger: Ledger;
  /** Puts slots in the place of those that score. */
  readonly replace: (bound: readonly BoundSlot[]) => void;
}

export class VersionKeeper {
  readonly #parts: VersionKeeperParts;
  readonly #followed: Map<string, Followed> = new Map();
  readonly #changes: OneAtATime = new OneAtATime();
  #refreshing: Promise<void> | null = null;
  #isClosed = false;

  constructor(parts: VersionKeeperParts) {
    this.#parts = parts;
    this.#followAll(parts.bound);
  }

  /** Follows what these slots follow; what is known of models that are still followed stays. */
  #followAll(all: readonly BoundSlot[]): void {
    const before = new Map(this.#followed);
    this.#followed.clear();
    const following = Map.groupBy(
      all.filter(({ slot }) => slot.asked === null),
      ({ slot }) => slot.identifier,
    );
    for (const [identifier, bound] of following) {
      const slots = bound.map(({ slot }) => slot);
      const { model } = bound[0]!;
      const { pinned = null, refused = null } = before.get(identifier) ?? {};
      this.#followed.set(identifier, { identifier, slots, model, pinned, refused });
    }
  }

  /**
   * Follows other slots from now on, while no version changes.
   * @param bind puts them in their places; it is given the version of each model that is followed
   */
  redefine(
    bind: (newest: ReadonlyMap<string, number>) => Promise<readonly BoundSlot[]>,
  ): Promise<void> {
    return this.#changes.run(async () => {
      const newest = [...this.#followed.values()].map(
        ({ identifier, model }) => [identifier, model.identity.version] as const,
      );
      // A model that is new may be newer than what the store was asked last.
      await this.#lookAgain();
      this.#followAll(await bind(new Map(newest)));
    });
  }

  /** Asks the store for newer versions and takes them; one that is asked for while another runs is that one. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#changes
      .run(() => this.#refresh())
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  /**
   * Takes a version, older or newer, for the definitions that follow the newest, and stays with it; null: the newest again.
   * @throws WindrowError MODEL where it is not taken
   */
  pin(identifier: string, version: number | null): Promise<void> {
    return this.#changes.run(async () => {
      const followed = this.#followed.get(identifier);
      if (followed === undefined) {
        throw new WindrowError(
          'MODEL',
          `found no definition that follows the newest version of ${JSON.stringify(identifier)}, expected one with model_version null`,
        );
      }
      const asked = version ?? (await this.#parts.files.find(identifier, null)).version;
      if (asked !== followed.model.identity.version) await this.#take(followed, asked);
      followed.pinned = version;
      this.#parts.ledger.settled(identifier);
    });
  }

  /** Waits for the change under way; no other begins. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#changes.run(() => Promise.resolve());
  }

  async #refresh(): Promise<void> {
    if (!(await this.#lookAgain())) return;
    for (const followed of this.#followed.values()) {
      if (this.#isClosed) return;
      await this.#follow(followed);
    }
  }

  /** Whether the store could be asked for what it holds now. */
  async #lookAgain(): Promise<boolean> {
    try {
      await this.#parts.files.refresh();
      return true;
    } catch (error) {
      this.#storeFailed(error);
      return false;
    }
  }

  async #follow(followed: Followed): Promise<void> {
    const { files, ledger } = this.#parts;
    const { identifier, pinned, model } = followed;
    if (pinned !== null) return;
    let version: number;
    try {
      version = (await files.find(identifier, null)).version;
      if (version === model.identity.version) {
        ledger.settled(identifier);
        return;
      }
      if (await this.#wasRefused(followed, version)) return;
    } catch (error) {
      this.#storeFailed(error);
      return;
    }
    try {
      await this.#take(followed, version);
      ledger.settled(identifier);
    } catch (error) {
      await this.#refuse(followed, version, error);
    }
  }

  /** Whether the very files were refused before. */
  async #wasRefused({ identifier, refused }: Followed, version: number): Promise<boolean> {
    if (refused?.version !== version) return false;
    return (await this.#fingerprint(identifier, version)) === refused.print;
  }

  #fingerprint(identifier: string, version: number): Promise<string> {
    return this.#parts.files.load(identifier, version, null, ({ identity, golden }) => {
      const hash = createHash('sha256').update(golden?.bytes ?? '');
      return Promise.resolve(`${identity.sha256} ${hash.digest('hex')}`);
    });
  }

  /** A version that cannot be read is the store's failure, and tried again; one that can is at fault itself. */
  async #refuse(followed: Followed, version: number, error: unknown): Promise<void> {
    if (!(error instanceof WindrowError)) throw error;
    const { identifier } = followed;
    const { ledger } = this.#parts;
    // A worker may have died of something else: the version is tried again.
    if (error instanceof WorkerLost) {
      ledger.refuse({ identifier, version, message: error.message });
      return;
    }
    try {
      followed.refused = { version, print: await this.#fingerprint(identifier, version) };
    } catch {
      this.#storeFailed(error);
      return;
    }
    ledger.refuse({ identifier, version, message: error.message });
  }

  #storeFailed(error: unknown): void {
    if (!(error instanceof WindrowError)) throw error;
    if (!this.#isClosed) this.#parts.ledger.storeFailed(messageOf(error));
  }

  /** Makes a version ready in every lane, then puts it in its place; or changes nothing. */
  async #take(followed: Followed, version: number): Promise<void> {
    const { pace, replace, ledger } = this.#parts;
    const { identifier, slots } = followed;
    const held: (readonly [ModelSlot, LaneModel])[] = [];
    const bound: BoundSlot[] = [];
    try {
      for (const slot of slots) {
        const { models } = slot.lane;
        const model = await models.open(identifier, version);
        models.hold(model);
        held.push([slot, model]);
        bound.push(await bindSlot(slot, model, pace));
      }
    } catch (error) {
      for (const [slot, model] of held) slot.lane.models.unhold(model);
      throw error;
    }
    const from = followed.model.identity;
    followed.model = bound[0]!.model;
    replace(bound);
    ledger.swapped(from, followed.model.identity);
  }
}
