/** Slots on their way to their first version: one after the other, all faults gathered. */
import { WindrowError, type Definition } from '@windrow/core';
import { divideLines } from './divide-lines.ts';
import type { PaceOptions } from './batch-group.ts';
import type { Lane } from './lane.ts';
import type { LaneModel } from './lane-model.ts';
import type { Ledger } from './ledger.ts';
import type { ModelFiles } from './model-files.ts';
import { bindSlot, type BoundSlot, type ModelSlot } from './model-slot.ts';
import { OpeningFaults } from './opening-faults.ts';

/**
 * Definitions of one lane that ask for one model in the same way, in the order of their first ones.
 * @param before slots whose lines stay in their lanes
 */
export function slotsOf(
  definitions: readonly Definition[],
  lanes: readonly Lane[],
  before: readonly ModelSlot[] = [],
): readonly ModelSlot[] {
  const known = before.flatMap((slot) =>
    slot.definitions.map(({ lineId }) => [lineId, lanes.indexOf(slot.lane)] as const),
  );
  const laneOf = divideLines(definitions, lanes.length, new Map(known));
  const members = definitions.map((definition, target) => {
    return { definition, target, lane: laneOf.get(definition.lineId)! };
  });
  const bySlot = Map.groupBy(
    members,
    ({ definition: d, lane }) => `${lane}/${d.modelIdentifier}/${d.modelVersion}`,
  );
  return [...bySlot.values()].map((slot) => {
    const { definition, lane } = slot[0]!;
    return {
      identifier: definition.modelIdentifier,
      asked: definition.modelVersion,
      lane: lanes[lane]!,
      targets: slot.map(({ target }) => target),
      definitions: slot.map((member) => member.definition),
    };
  });
}

/** What scores while other definitions are opened: they share its versions, and its runs where they ask for the same. */
export interface Before {
  readonly bound: readonly BoundSlot[];
  /** By identifier: the version that stands for the newest. */
  readonly newest: ReadonlyMap<string, number>;
}

export interface OpeningParts {
  readonly files: ModelFiles;
  readonly pace: PaceOptions;
  readonly ledger: Ledger;
  /** Whether an older version takes the place of a newest one that is refused. */
  readonly older: boolean;
}

/** Each slot that was opened holds its model. */
export class Opening {
  readonly #parts: OpeningParts;
  readonly #before: readonly BoundSlot[];
  /** By identifier: the version that stands for the newest, or is tried as such. */
  readonly #newest: Map<string, number>;
  readonly #bound: Set<BoundSlot> = new Set();
  readonly #notes: Set<string> = new Set();
  readonly #faults: OpeningFaults = new OpeningFaults();

  constructor(parts: OpeningParts, before: Before | null) {
    this.#parts = parts;
    this.#newest = new Map(before?.newest);
    this.#before = before?.bound ?? [];
  }

  get bound(): readonly BoundSlot[] {
    return [...this.#bound];
  }

  /** What the store ignored, and what is allowed but worth a word. */
  get notes(): readonly string[] {
    return [...new Set([...this.#notes, ...this.bound.flatMap(({ notes }) => notes)])];
  }

  /**
   * Opens slots.
   * @throws WindrowError MODEL with a line for each model that cannot be loaded, then for each definition that does not fit its model;
   *   nothing is held then
   */
  async open(slots: readonly ModelSlot[]): Promise<void> {
    try {
      for (const slot of slots) await this.#open(slot);
      if (this.#parts.older) await this.#tryOlder(slots);
      this.#faults.throwAny();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Lets go of everything that was opened. */
  release(): void {
    this.#letGo(this.bound);
  }

  #letGo(all: readonly BoundSlot[]): void {
    for (const bound of all) {
      this.#bound.delete(bound);
      bound.slot.lane.models.unhold(bound.model);
    }
  }

  /** All slots that follow the newest version of a model take the same one: the newest that all of them can take. */
  async #tryOlder(slots: readonly ModelSlot[]): Promise<void> {
    const following = Map.groupBy(
      slots.filter(({ asked }) => asked === null),
      ({ identifier }) => identifier,
    );
    for (const [identifier, group] of following) {
      const first = this.#faults.of(identifier, null);
      const newest = this.#newest.get(identifier);
      if (first === null || newest === undefined) continue;
      const { versions } = await this.#parts.files.versions(identifier);
      const older = versions.filter((version) => version < newest).toReversed();
      if (!(await this.#takeFirstOf(older, identifier, group))) {
        this.#newest.set(identifier, newest);
        this.#faults.put(identifier, null, first);
        continue;
      }
      const message = first.lines().join('; ');
      this.#parts.ledger.refuse({ identifier, version: newest, message });
    }
  }

  async #takeFirstOf(
    versions: readonly number[],
    identifier: string,
    slots: readonly ModelSlot[],
  ): Promise<boolean> {
    for (const version of versions) {
      this.#letGo(
        this.bound.filter(({ slot }) => slot.identifier === identifier && slot.asked === null),
      );
      this.#faults.forget(identifier, null);
      this.#newest.set(identifier, version);
      for (const slot of slots) await this.#open(slot);
      if (this.#faults.of(identifier, null) === null) return true;
    }
    return false;
  }

  async #open(slot: ModelSlot): Promise<void> {
    const model = await this.#load(slot);
    if (model === null) return;
    slot.lane.models.hold(model);
    const known = this.#before.filter((bound) => bound.model === model);
    const groups = new Map(known.flatMap((bound) => [...bound.groupsByKey]));
    try {
      this.#bound.add(await bindSlot(slot, model, this.#parts.pace, groups));
    } catch (error) {
      slot.lane.models.unhold(model);
      if (!(error instanceof WindrowError)) throw error;
      this.#faults.unfit(slot, error.message);
    }
  }

  /** The model of a slot, or null with a fault noted. */
  async #load(slot: ModelSlot): Promise<LaneModel | null> {
    const { identifier, asked, lane } = slot;
    if (this.#faults.countBroken(slot)) return null;
    try {
      const version = asked ?? (await this.#newestOf(identifier));
      return await lane.models.open(identifier, version);
    } catch (error) {
      if (!(error instanceof WindrowError)) throw error;
      this.#faults.broken(slot, error.message);
      return null;
    }
  }

  async #newestOf(identifier: string): Promise<number> {
    const known = this.#newest.get(identifier);
    if (known !== undefined) return known;
    const { version, notes } = await this.#parts.files.find(identifier, null);
    this.#newest.set(identifier, version);
    for (const note of notes) this.#notes.add(note);
    return version;
  }
}
