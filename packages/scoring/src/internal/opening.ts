/** Slots on their way to their first version: one after the other, all faults gathered. */
import { WindrowError, type Definition } from '@windrow/core';
import { nameOf } from '../check-model.ts';
import { divideLines } from './divide-lines.ts';
import type { PaceOptions } from './batch-group.ts';
import type { Lane } from './lane.ts';
import type { LaneModel } from './lane-model.ts';
import type { ModelFiles } from './model-files.ts';
import { bindSlot, type BoundSlot, type ModelSlot } from './model-slot.ts';

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

const FAULTS_SHOWN = 50;

/** A model that cannot be loaded, and who wants it. */
interface Broken {
  readonly message: string;
  readonly first: Definition;
  others: number;
}

/** What scores while other definitions are opened: they share its versions, and its runs where they ask for the same. */
export interface Before {
  readonly bound: readonly BoundSlot[];
  /** By identifier: the version that stands for the newest. */
  readonly newest: ReadonlyMap<string, number>;
}

/** Each slot that was opened holds its model. */
export class Opening {
  readonly bound: BoundSlot[] = [];
  /** What the store ignored, and what is allowed but worth a word. */
  readonly notes: string[] = [];
  readonly #files: ModelFiles;
  readonly #pace: PaceOptions;
  readonly #newest: Map<string, number>;
  readonly #before: readonly BoundSlot[];
  readonly #held: (readonly [Lane, LaneModel])[] = [];
  readonly #broken: Map<string, Broken> = new Map();
  readonly #unfit: string[] = [];

  constructor(files: ModelFiles, pace: PaceOptions, before: Before | null) {
    this.#files = files;
    this.#pace = pace;
    this.#newest = new Map(before?.newest);
    this.#before = before?.bound ?? [];
  }

  /** Lets go of everything that was opened. */
  release(): void {
    for (const [lane, model] of this.#held.splice(0)) lane.models.unhold(model);
  }

  /**
   * @throws WindrowError MODEL with a line for each model that cannot be loaded, then for each definition that does not fit its model,
   *   where there are such
   */
  throwFaults(): void {
    const faults = this.#faults();
    if (faults.length === 0) return;
    const shown = faults.slice(0, FAULTS_SHOWN);
    if (faults.length > shown.length) shown.push(`... and ${faults.length - shown.length} more`);
    throw new WindrowError('MODEL', shown.join('\n'));
  }

  #faults(): readonly string[] {
    const broken = [...this.#broken.values()].map(({ message, first, others }) => {
      const more = others === 0 ? '' : ` and ${others} more`;
      return `${message}; needed by definition ${nameOf(first)}${more}`;
    });
    return [...broken, ...this.#unfit];
  }

  async open(slot: ModelSlot): Promise<void> {
    const model = await this.#load(slot);
    if (model === null) return;
    slot.lane.models.hold(model);
    this.#held.push([slot.lane, model]);
    const known = this.#before.filter((bound) => bound.model === model);
    const groups = new Map(known.flatMap((bound) => [...bound.groupsByKey]));
    try {
      const bound = await bindSlot(slot, model, this.#pace, groups);
      this.bound.push(bound);
      this.notes.push(...bound.notes);
    } catch (error) {
      if (!(error instanceof WindrowError)) throw error;
      this.#unfit.push(...error.message.split('\n'));
    }
  }

  /** The model of a slot, or null with a fault noted. */
  async #load(slot: ModelSlot): Promise<LaneModel | null> {
    const { identifier, asked, definitions, lane } = slot;
    const key = `${identifier}/${asked ?? 'newest'}`;
    const broken = this.#broken.get(key);
    if (broken !== undefined) {
      broken.others += definitions.length;
      return null;
    }
    try {
      const version = asked ?? (await this.#newestOf(identifier));
      return await lane.models.open(identifier, version);
    } catch (error) {
      if (!(error instanceof WindrowError)) throw error;
      const first = definitions[0]!;
      this.#broken.set(key, { message: error.message, first, others: definitions.length - 1 });
      return null;
    }
  }

  async #newestOf(identifier: string): Promise<number> {
    const known = this.#newest.get(identifier);
    if (known !== undefined) return known;
    const { version, notes } = await this.#files.find(identifier, null);
    this.#newest.set(identifier, version);
    this.notes.push(...notes);
    return version;
  }
}
