/**
 * Checkpoints: a cut between two inputs, when everything that was judged is scored; then, while reading goes on, a part of the engine's
 * snapshot and an image of the rest are written, and what the last two checkpoints do not need is deleted.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BlobStore } from '@windrow/core';
import { SNAPSHOT_PARTS, type SnapshotProgress } from '@windrow/windowing';
import type { LiveClock } from '../live-clock.ts';
import type { LiveEvent } from '../live-event.ts';
import {
  encodeImage,
  generationsOf,
  type CheckpointImage,
  type CheckpointState,
} from './checkpoint-image.ts';
import { CHECKPOINTS, GENERATIONS, JOURNAL, PARTS, blobName } from './checkpoint-names.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { JournalCommits } from './journal-commits.ts';
import type { Places } from './journal-format.ts';
import type { LetterBox } from './letter-box.ts';
import type { LiveCore } from './live-core.ts';
import type { OutboxBatch } from './outbox.ts';

export interface SnapshotsParts {
  readonly store: CheckpointStore;
  readonly commits: JournalCommits;
  readonly core: LiveCore;
  readonly letters: LetterBox;
  readonly clock: LiveClock;
  readonly listeningMs: () => number;
  readonly positions: () => Readonly<Record<string, string | null>>;
  readonly published: () => Places;
  readonly onEvent: (event: LiveEvent) => void;
}

/**
 * A slice of a snapshot ends after half a millisecond, or with so many points. The clock is looked at after each small step: the same points take
 * ten times as long while code is not compiled yet, or a collection marks beside them.
 */
const SLICE_MS = 0.5;
const SLICE_POINTS_MAX = 8000;
const STEP_POINTS = 250;

/** What a checkpoint needs beside itself. */
interface Needs {
  readonly name: string;
  readonly after: string | null;
  readonly parts: readonly string[];
  readonly generations: readonly string[];
}

export class Snapshots {
  readonly #parts: SnapshotsParts;
  #partNames: readonly string[];
  #number = 0;
  /** The last one that is complete. */
  #last: Needs | null;
  #completedMs: number | null = null;
  #durationMs = 0;
  #sizeBytes = 0;
  #pauseMs = 0;
  #pauseMsMax = 0;
  #writing: Promise<boolean> | null = null;

  /** @param base what the job goes on from; null: it begins */
  constructor(
    parts: SnapshotsParts,
    base: { readonly name: string; readonly image: CheckpointImage } | null,
  ) {
    this.#parts = parts;
    this.#partNames = base?.image.state.parts ?? [];
    this.#last =
      base === null
        ? null
        : {
            name: base.name,
            after: base.image.state.after,
            parts: base.image.state.parts,
            generations: [
              base.image.state.generation,
              ...base.image.waiting.map(({ generation }) => generation),
            ],
          };
  }

  get store(): CheckpointStore {
    return this.#parts.store;
  }

  get isWriting(): boolean {
    return this.#writing !== null;
  }

  /** Of the journal, since the start. */
  get commitCounters(): JournalCommits['counters'] {
    return this.#parts.commits.counters;
  }

  /** When the last one was complete, by `nowMs`; null: none was. */
  get completedMs(): number | null {
    return this.#completedMs;
  }

  get figures(): {
    readonly durationMs: number;
    readonly sizeBytes: number;
    readonly pauseMs: number;
    readonly pauseMsMax: number;
    readonly snapshots: number;
  } {
    return {
      durationMs: this.#durationMs,
      sizeBytes: this.#sizeBytes,
      pauseMs: this.#pauseMs,
      pauseMsMax: this.#pauseMsMax,
      snapshots: this.#number,
    };
  }

  /**
   * Cuts, between two inputs; everything that was judged is scored, and none is being written. Resolves when the checkpoint is
   * complete, to false where the store was given up.
   * @throws WindrowError OUTPUT where another job has the store
   */
  cut(): Promise<boolean> {
    const { clock, commits, core } = this.#parts;
    const startMs = clock.nowMs();
    const after = commits.seal();
    commits.writer.restart();
    const part = core.engine.beginSnapshot();
    const state = this.#state(after);
    const outbox = core.outbox.from(Math.min(...Object.values(state.published)));
    this.#pauseMs = clock.nowMs() - startMs;
    this.#writing = this.#write(startMs, part, state, outbox).finally(() => {
      this.#writing = null;
    });
    return this.#writing;
  }

  /** Takes the cells, little by little, while reading goes on. */
  async #take(part: SnapshotProgress): Promise<Uint8Array> {
    while (!this.#takeSlice(part)) await nextTurn();
    await nextTurn();
    return this.#measured(() => part.finish());
  }

  #takeSlice(part: SnapshotProgress): boolean {
    const { clock } = this.#parts;
    return this.#measured(() => {
      const untilMs = clock.nowMs() + SLICE_MS;
      for (let points = 0; points < SLICE_POINTS_MAX; points += STEP_POINTS) {
        if (part.step(STEP_POINTS)) return true;
        if (clock.nowMs() >= untilMs) return false;
      }
      return false;
    });
  }

  /** Nothing else can be done meanwhile. */
  #measured<T>(work: () => T): T {
    const { clock } = this.#parts;
    const startMs = clock.nowMs();
    const result = work();
    this.#pauseMs = Math.max(this.#pauseMs, clock.nowMs() - startMs);
    return result;
  }

  #state(after: string | null): CheckpointState {
    const { core, letters, store, listeningMs, positions, published } = this.#parts;
    const part = blobName(PARTS, store.epoch, ++this.#number);
    this.#partNames = [...this.#partNames, part].slice(-SNAPSHOT_PARTS);
    return {
      after,
      generation: core.generation.name,
      parts: this.#partNames,
      listeningMs: listeningMs(),
      arrivals: core.arrivals(),
      positions: positions(),
      published: published(),
      ledger: core.ledger.save(),
      former: core.former.save(),
      retired: core.retired,
      made: core.outbox.made,
      letters: {
        count: letters.count,
        published: letters.published,
        waiting: [...letters.waiting],
        unread: core.unread,
      },
    };
  }

  async #write(
    startMs: number,
    progress: SnapshotProgress,
    state: CheckpointState,
    outbox: readonly OutboxBatch[],
  ): Promise<boolean> {
    const { store, commits, clock, onEvent } = this.#parts;
    const number = this.#number;
    const part = await this.#take(progress);
    if (!(await store.put(state.parts.at(-1)!, part))) return false;
    const image = this.#measured(() => encodeImage(state, outbox));
    this.#pauseMsMax = Math.max(this.#pauseMsMax, this.#pauseMs);
    await commits.committed(state.after);
    const name = blobName(CHECKPOINTS, store.epoch, number);
    if (!(await store.put(name, image))) return false;
    const before = this.#last;
    const generations = generationsOf(state, outbox);
    this.#last = { name, after: state.after, parts: state.parts, generations };
    this.#completedMs = clock.nowMs();
    this.#durationMs = this.#completedMs - startMs;
    this.#sizeBytes = part.length + image.length;
    onEvent({
      kind: 'checkpointed',
      checkpoint: name,
      sizeBytes: this.#sizeBytes,
      pauseMs: this.#pauseMs,
      elapsedMs: this.#durationMs,
    });
    await this.#clear(this.#last, before ?? this.#last);
    return true;
  }

  /** Deletes what neither the last checkpoint nor the one before needs. */
  async #clear(last: Needs, before: Needs): Promise<void> {
    const { store } = this.#parts;
    const needed = new Set([last.name, before.name, ...last.parts, ...before.parts]);
    const firstGeneration = [...last.generations, ...before.generations].toSorted()[0]!;
    const oldest = last.parts.at(-1)!;
    const stale = await staleNames(store.blobs, (name) => {
      if (name.startsWith(CHECKPOINTS)) return !needed.has(name);
      if (name.startsWith(PARTS)) return !needed.has(name) && name < oldest;
      if (name.startsWith(GENERATIONS)) return name < firstGeneration;
      return before.after !== null && name <= before.after;
    });
    await store.clear(stale);
  }
}

/** What is there and not needed; nothing where that cannot be seen: there is a next time. */
async function staleNames(blobs: BlobStore, isStale: (name: string) => boolean): Promise<string[]> {
  const stale: string[] = [];
  try {
    for (const kind of [CHECKPOINTS, PARTS, GENERATIONS, JOURNAL]) {
      for (const { name } of await blobs.list(kind)) if (isStale(name)) stale.push(name);
    }
  } catch {
    return [];
  }
  return stale;
}
