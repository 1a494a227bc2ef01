/**
 * The `Scorer` contract over ONNX models in this process.
 *
 * `reserve` hands out a row of the batch that the model will read, so a tensor is written once, where it is needed. Batches
 * go across windows and definitions of one model (same input, output and shape). A target's windows stay in order because a group
 * fills one batch at a time, and batches are run first in, first out by the lane to which the target's line belongs.
 *
 * Nothing here is proportional to the number of targets: a drain looks at the groups that have rows.
 */
import {
  assert,
  type ScoreBatch,
  type Scorer,
  type Definition,
  type ScoringTarget,
  type TensorRow,
} from '@windrow/core';
import type { BatchGroup, PaceOptions } from './internal/batch-group.ts';
import type { BufferPool } from './internal/buffer-pool.ts';
import type { Lane } from './internal/lane.ts';
import type { Ledger } from './internal/ledger.ts';
import { LentViews } from './internal/lent-views.ts';
import type { ModelFiles } from './internal/model-files.ts';
import type { BoundSlot } from './internal/model-slot.ts';
import { Opening, slotsOf } from './internal/opening.ts';
import { scorerStatistics } from './internal/scorer-report.ts';
import type { Signal } from './internal/signal.ts';
import { VersionKeeper } from './internal/version-keeper.ts';
import type { ScorerStatistics } from './scorer-statistics.ts';

export interface ModelScorerParts {
  readonly bound: readonly BoundSlot[];
  readonly lanes: readonly Lane[];
  readonly pool: BufferPool;
  readonly files: ModelFiles;
  readonly ledger: Ledger;
  /** Some lane has scored something. */
  readonly progress: Signal;
  readonly pace: PaceOptions;
  /** As in `ScorerOptions`. */
  readonly older: boolean;
  /** What is allowed but worth a word, a sentence each. */
  readonly notes: readonly string[];
  readonly nowMs: () => number;
  readonly batchWaitMs: number;
  readonly refreshMs: number | null;
}

type Row = { -readonly [K in keyof TensorRow]: TensorRow[K] };
type Emit = (scores: ScoreBatch) => void;

const NOTHING = -1;
/**
 * Full batches beyond this are run before another is begun, while they are in the cache: 2.5 us a window of 14 x 300, batches of
 * 1 MiB, instead of 2.8 to 3.7 us where 64 MiB were filled first. A lane elsewhere has the next batches ready when it ends one.
 */
const HELD_BYTES_MAX = 1 << 20;
const HELD_BYTES_APART_MAX = 4 << 20;

/** Made by `createScorer`. */
export class ModelScorer implements Scorer {
  readonly views: LentViews;
  readonly #parts: ModelScorerParts;
  #notes: readonly string[];
  readonly #targets: ScoringTarget[] = [];
  /** Group of each target. */
  readonly #groups: BatchGroup[] = [];
  /** What scores now. */
  readonly #bound: Map<BoundSlot['slot'], BoundSlot> = new Map();
  readonly #versions: VersionKeeper;
  readonly #row: Row = { data: new Float64Array(0), offset: 0 };
  /** Groups that opened a batch since the last seal of all; some are full and given by now. */
  #listed: BatchGroup[] = [];
  #reserved = NOTHING;
  /** What is to take its place when no row is reserved. */
  #waiting: (readonly BoundSlot[])[] = [];
  /** Whether `reserve` found no room since the last drain. */
  #isStarved = false;
  #draining: Promise<void> = Promise.resolve();
  #refreshAtMs: number;
  #closed: Promise<void> | null = null;

  constructor(parts: ModelScorerParts) {
    this.#parts = parts;
    this.#notes = parts.notes;
    this.views = new LentViews({
      groupOf: (target) => this.#groups[target]!,
      seal: (group) => this.#sealGroup(group),
      hasRoom,
      nowMs: parts.nowMs,
    });
    this.#refreshAtMs = parts.nowMs() + (parts.refreshMs ?? Number.POSITIVE_INFINITY);
    for (const bound of parts.bound) this.#install(bound);
    this.#versions = new VersionKeeper({
      ...parts,
      replace: (bound) => {
        this.#waiting.push(bound);
        this.#replaceWaiting();
      },
    });
  }

  /** What the model store ignored, and where a model was trained on other windows than it gets: a sentence each. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** `model` is the version that windows reserved from now on are scored by; every `ScoreBatch` says which one did. */
  get targets(): readonly ScoringTarget[] {
    return this.#targets;
  }

  reserve(target: number): TensorRow | null {
    assert(this.#closed === null, 'reserve: an open scorer');
    this.#release();
    const group = this.#groups[target];
    assert(group !== undefined, 'reserve: a target of the scorer');
    if (group.open === null && !this.#open(group)) {
      this.#isStarved = true;
      return null;
    }
    const batch = group.open!;
    this.#row.data = batch.data;
    this.#row.offset = batch.length * group.rowLength;
    this.#reserved = target;
    return this.#row;
  }

  commit(target: number, windowEndMs: number): void {
    assert(this.#reserved === target, 'commit: the target that was reserved last');
    const group = this.#groups[target]!;
    const batch = group.open!;
    batch.push(target, windowEndMs);
    if (batch.length === batch.capacity) group.lane.give(group.seal());
    this.#release();
  }

  /**
   * As the contract says. Every run is a turn of the event loop of its own. Drains wait for each other; rows committed while one
   * runs are scored by it if they fill a batch, else by the next. After an error the rows of the failed run are gone (and counted),
   * all others come with the next drain.
   */
  drain(all: boolean, emit: Emit): Promise<void> {
    assert(this.#closed === null, 'drain: an open scorer');
    this.#refreshIfDue();
    if (all) {
      this.#release();
      this.#seal(Number.POSITIVE_INFINITY);
    }
    return this.#drainLater(all, emit);
  }

  /**
   * Like `drain(true)` for the batches that are full or were begun at least `batchWaitMs` ago; to be called when `dueMs` has come.
   * Others go on being filled.
   */
  drainDue(emit: Emit): Promise<void> {
    assert(this.#closed === null, 'drain: an open scorer');
    this.#refreshIfDue();
    this.#release();
    this.#seal(this.#parts.nowMs() - this.#parts.batchWaitMs);
    return this.#drainLater(true, emit);
  }

  /**
   * When the batch that was begun first has waited for `batchWaitMs`, on the scorer's clock, or a view was lent, which waits for nobody;
   * infinite where there is neither.
   */
  get dueMs(): number {
    let openedMs = Number.POSITIVE_INFINITY;
    for (const { open } of this.#listed) {
      if (open !== null && open.length > 0) openedMs = Math.min(openedMs, open.openedMs);
    }
    return Math.min(openedMs + this.#parts.batchWaitMs, this.views.sinceMs);
  }

  /**
   * Looks for newer versions and takes them, while scoring goes on. What fails is counted and told to `onEvent`, not thrown; what
   * scores goes on scoring then.
   */
  refresh(): Promise<void> {
    assert(this.#closed === null, 'refresh: an open scorer');
    return this.#versions.refresh();
  }

  /**
   * Has one version, older or newer, score for the definitions with `modelVersion` null, until another is named; null: the newest
   * again.
   * @throws WindrowError MODEL where it is not there, or does not fit; what scores goes on scoring then
   */
  pin(identifier: string, version: number | null): Promise<void> {
    assert(this.#closed === null, 'pin: an open scorer');
    return this.#versions.pin(identifier, version);
  }

  /**
   * Takes other definitions: added, removed, changed, in another order. Models that score already go on as they are, others are loaded
   * and checked beside them; lines stay on their threads. To be called when everything was drained; nothing may be reserved until it
   * resolves. Then `targets` are those of the new definitions.
   * @throws WindrowError MODEL with every fault, as `createScorer`; the old definitions stay then
   */
  async redefine(definitions: readonly Definition[]): Promise<readonly ScoringTarget[]> {
    assert(this.#closed === null, 'redefine: an open scorer');
    const { lanes } = this.#parts;
    await this.#versions.redefine(async (newest) => {
      const before = [...this.#bound.values()];
      const opening = new Opening(this.#parts, { bound: before, newest });
      const slots = slotsOf(
        definitions,
        lanes,
        before.map(({ slot }) => slot),
      );
      await opening.open(slots);
      if (!this.#isDrained()) opening.release();
      assert(this.#isDrained(), 'redefine: everything was drained, and nothing is reserved');
      this.#bound.clear();
      this.#targets.length = 0;
      this.#groups.length = 0;
      for (const bound of opening.bound) this.#install(bound);
      for (const { slot, model } of before) slot.lane.models.unhold(model);
      this.#notes = opening.notes;
      return opening.bound;
    });
    return this.#targets;
  }

  #isDrained(): boolean {
    const isEmpty = this.#listed.every(({ open }) => open === null || open.length === 0);
    return isEmpty && this.#parts.lanes.every((lane) => lane.taken === lane.given);
  }

  /**
   * What the scorer did so far. Of 1500 models with 25 inputs each it takes 200 ms, for which nothing is scored on this thread; without
   * `inputs`, as a service that is asked every few seconds needs it, a tenth of that.
   * @param options `inputs: false` leaves out what the inputs of each model looked like
   */
  statistics(options: { readonly inputs?: boolean } = {}): ScorerStatistics {
    const models = [...this.#bound.values()].map(({ model }) => model);
    const { lanes, ledger } = this.#parts;
    return scorerStatistics(models, lanes, ledger, options.inputs ?? true);
  }

  /** Workers whose predecessor died and that do not have all of its models yet: cheap enough for every probe. */
  get workersDown(): number {
    return this.#parts.lanes.filter(({ models }) => models.lostCount > 0).length;
  }

  /** Bytes held for batches, filled or kept to be filled again. */
  get bufferBytes(): number {
    return this.#parts.pool.bytes;
  }

  /** Waits for the drains that were asked for, then frees the sessions; rows not drained are gone. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#draining;
    this.#parts.files.close();
    await this.#versions.close();
    for (const lane of this.#parts.lanes) await lane.close();
  }

  /** Nothing is reserved any more: what waits for that comes about. */
  #release(): void {
    this.#reserved = NOTHING;
    if (this.#waiting.length > 0) this.#replaceWaiting();
  }

  #replaceWaiting(): void {
    if (this.#reserved !== NOTHING) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const bound of waiting.flat()) {
      const { slot, groups, model } = this.#bound.get(bound.slot)!;
      for (const group of new Set(groups)) this.#sealGroup(group);
      this.#install(bound);
      slot.lane.models.unhold(model);
    }
  }

  #install(bound: BoundSlot): void {
    bound.model.isInstalled = true;
    this.#bound.set(bound.slot, bound);
    for (const [group, { length }] of Map.groupBy(bound.groups, (own) => own)) {
      group.targets = length;
    }
    for (const [i, target] of bound.slot.targets.entries()) {
      this.#groups[target] = bound.groups[i]!;
      this.#targets[target] = bound.scoringTargets[i]!;
    }
  }

  #refreshIfDue(): void {
    const { nowMs, refreshMs } = this.#parts;
    if (refreshMs === null || nowMs() < this.#refreshAtMs) return;
    this.#refreshAtMs = nowMs() + refreshMs;
    void this.#versions.refresh();
  }

  #open(group: BatchGroup): boolean {
    const { pool, nowMs } = this.#parts;
    if (!hasRoom(group.lane)) return false;
    if (!group.openBatch(pool, nowMs())) {
      // Memory may be held by batches that are not full: they are given, so that the next drain of any kind frees it.
      this.#seal(Number.POSITIVE_INFINITY);
      return false;
    }
    if (!group.isListed) {
      group.isListed = true;
      this.#listed.push(group);
    }
    return true;
  }

  /** Gives the batches that were opened at that time or before. */
  #seal(openedMs: number): void {
    const listed = this.#listed;
    this.#listed = listed.filter(({ open }) => open !== null && open.openedMs > openedMs);
    for (const group of listed) {
      if (group.open !== null && group.open.openedMs > openedMs) continue;
      group.isListed = false;
      this.#sealGroup(group);
    }
  }

  #sealGroup(group: BatchGroup): void {
    if (group.open === null) return;
    const batch = group.seal();
    if (batch.length > 0) group.lane.give(batch);
    else group.lane.discard(batch);
  }

  #drainLater(all: boolean, emit: Emit): Promise<void> {
    const drained = this.#draining.then(() => this.#drain(all, emit));
    this.#draining = drained.catch(() => {});
    return drained;
  }

  async #drain(all: boolean, emit: Emit): Promise<void> {
    const { lanes, progress } = this.#parts;
    // What a lane elsewhere is given from now on is for the next drain.
    const marks = lanes.map((lane) => lane.given);
    const isStarved = this.#isStarved;
    this.#isStarved = false;
    const before = taken(lanes);
    for (;;) {
      for (const lane of lanes) {
        lane.start();
        lane.take(emit);
      }
      const isOver = lanes.every((lane, i) => {
        if (!lane.host.isApart) return lane.taken === lane.given;
        if (all) return lane.taken >= marks[i]!;
        const hasMoved = !isStarved || lane.taken === lane.given || taken(lanes) > before;
        return hasRoom(lane) && hasMoved;
      });
      if (isOver) return;
      await progress.wait();
    }
  }
}

function hasRoom(lane: Lane): boolean {
  return lane.heldBytes < (lane.host.isApart ? HELD_BYTES_APART_MAX : HELD_BYTES_MAX);
}

function taken(lanes: readonly Lane[]): number {
  return lanes.reduce((sum, lane) => sum + lane.taken, 0);
}
