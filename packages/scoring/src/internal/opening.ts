/** Slots on their way to their first version: one after the other, all faults gathered. */
import { WindrowError, type Definition } from '@windrow/core';
import { nameOf } from '../check-model.ts';
import { divideLines } from './divide-lines.ts';
import type { PaceOptions } from './batch-group.ts';
import type { Lane } from './lane.ts';
import type { LaneModel } from './lane-model.ts';
import type { ModelFiles } from './model-files.ts';
import { bindSlot, type BoundSlot, type ModelSlot } from './model-slot.ts';

/** Definitions of one lane that ask for one model in the same way, in the order of their first ones. */
export function slotsOf(
  definitions: readonly Definition[],
  lanes: readonly Lane[],
): readonly ModelSlot[] {
  const laneOf = divideLines(definitions, lanes.length);
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

/** A model that cannot be loaded, and who wants it. */
interface Broken {
  readonly message: string;
  readonly first: Definition;
  others: number;
}

export class Opening {
  readonly bound: BoundSlot[] = [];
  /** What the store ignored, and what is allowed but worth a word. */
  readonly notes: string[] = [];
  readonly #files: ModelFiles;
  readonly #pace: PaceOptions;
  readonly #newest: Map<string, number> = new Map();
  readonly #broken: Map<string, Broken> = new Map();
  readonly #unfit: string[] = [];

  constructor(files: ModelFiles, pace: PaceOptions) {
    this.#files = files;
    this.#pace = pace;
  }

  /** A line for each model that cannot be loaded, then for each definition that does not fit its model. */
  get faults(): readonly string[] {
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
    try {
      const bound = await bindSlot(slot, model, this.#pace);
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
