/** The definitions of one lane that ask for one model in the same way: their version changes together. */
import { WindrowError, type Definition, type ScoringTarget } from '@windrow/core';
import { checkModel, nameOf, type ModelBinding } from '../check-model.ts';
import { BatchGroup, type PaceOptions } from './batch-group.ts';
import type { Lane } from './lane.ts';
import type { LaneModel } from './lane-model.ts';

export interface ModelSlot {
  readonly identifier: string;
  /** As the definitions say; null: the newest. */
  readonly asked: number | null;
  readonly lane: Lane;
  /** Which of the scorer's targets, and their definitions. */
  readonly targets: readonly number[];
  readonly definitions: readonly Definition[];
}

/** A slot with a version that fits it, warmed up. */
export interface BoundSlot {
  readonly slot: ModelSlot;
  readonly model: LaneModel;
  /** For each target of the slot. */
  readonly groups: readonly BatchGroup[];
  /** The same, each once, by what they share. */
  readonly groupsByKey: ReadonlyMap<string, BatchGroup>;
  readonly scoringTargets: readonly ScoringTarget[];
  /** What is allowed but worth a word, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Binds a slot to a version that is loaded in its lane.
 * @param known groups of that version in that lane, which are warm already
 * @throws WindrowError MODEL with every fault of every definition, a line each
 */
export async function bindSlot(
  slot: ModelSlot,
  model: LaneModel,
  pace: PaceOptions,
  known: ReadonlyMap<string, BatchGroup> = new Map(),
): Promise<BoundSlot> {
  const shared = new Groups(slot, model, pace, known);
  const groups: BatchGroup[] = [];
  const scoringTargets: ScoringTarget[] = [];
  const notes: string[] = [];
  const faults: string[] = [];
  for (const definition of slot.definitions) {
    try {
      const checked = checkModel(definition, model);
      groups.push(await shared.of(definition, checked.binding));
      scoringTargets.push({ definition, model: model.identity, dtype: checked.binding.dtype });
      notes.push(...checked.notes);
    } catch (error) {
      if (!(error instanceof WindrowError)) throw error;
      faults.push(error.message);
    }
  }
  if (faults.length > 0) throw new WindrowError('MODEL', faults.join('\n'));
  for (const { note } of shared.byKey.values()) if (note !== null) notes.push(note);
  return { slot, model, groups, groupsByKey: shared.byKey, scoringTargets, notes };
}

/** Groups that share runs, warmed up when they are asked for first. */
class Groups {
  readonly #slot: ModelSlot;
  readonly #model: LaneModel;
  readonly #pace: PaceOptions;
  readonly #known: ReadonlyMap<string, BatchGroup>;
  readonly byKey: Map<string, BatchGroup> = new Map();

  constructor(
    slot: ModelSlot,
    model: LaneModel,
    pace: PaceOptions,
    known: ReadonlyMap<string, BatchGroup>,
  ) {
    this.#known = known;
    this.#slot = slot;
    this.#model = model;
    this.#pace = pace;
  }

  async of(definition: Definition, binding: ModelBinding): Promise<BatchGroup> {
    const { layout, inputMetricIds } = definition;
    const key = JSON.stringify([layout, inputMetricIds.length, binding]);
    const known = this.byKey.get(key) ?? this.#known.get(key);
    if (known !== undefined) {
      this.byKey.set(key, known);
      return known;
    }
    const group = new BatchGroup({
      lane: this.#slot.lane,
      model: this.#model,
      binding,
      definition,
      options: this.#pace,
    });
    try {
      await group.warmUp();
    } catch (error) {
      if (!(error instanceof WindrowError)) throw error;
      const message = `${error.message}; needed by definition ${nameOf(definition)}`;
      throw new WindrowError('MODEL', message, { cause: error });
    }
    this.byKey.set(key, group);
    return group;
  }
}
