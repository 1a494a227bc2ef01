/**
 * Tensors that the scorer reads where they lie. A run scores one; it is given to the lane at once, behind the rows of its target that
 * were committed before. Lanes in other threads cannot read them.
 */
import { assert, type TensorRow, type TensorViews } from '@windrow/core';
import type { BatchGroup } from './batch-group.ts';
import type { Lane } from './lane.ts';
import { LentRow } from './lent-row.ts';

export interface LentViewsParts {
  readonly groupOf: (target: number) => BatchGroup;
  /** Gives the rows of a group that wait to the lane. */
  readonly seal: (group: BatchGroup) => void;
  readonly hasRoom: (lane: Lane) => boolean;
  readonly nowMs: () => number;
}

export class LentViews implements TensorViews {
  readonly #parts: LentViewsParts;
  /** When each was lent, by target. */
  readonly #lent: Map<number, number> = new Map();

  constructor(parts: LentViewsParts) {
    this.#parts = parts;
  }

  takes(target: number): boolean {
    const group = this.#parts.groupOf(target);
    return group.runsSingleRows && !group.lane.host.isApart;
  }

  isBusy(target: number): boolean {
    return this.#lent.has(target) || !this.#parts.hasRoom(this.#parts.groupOf(target).lane);
  }

  lend(target: number, windowEndMs: number, row: TensorRow): void {
    assert(!this.#lent.has(target), 'lend: no view of the target is being read');
    const group = this.#parts.groupOf(target);
    this.#parts.seal(group);
    group.lane.models.hold(group.model);
    this.#lent.set(target, this.#parts.nowMs());
    const window = { target, endMs: windowEndMs };
    group.lane.give(new LentRow(group, row, window, () => this.#lent.delete(target)));
  }

  /** When the first of those that are being read was lent; infinite where none is. */
  get sinceMs(): number {
    let since = Number.POSITIVE_INFINITY;
    for (const ms of this.#lent.values()) since = Math.min(since, ms);
    return since;
  }
}
