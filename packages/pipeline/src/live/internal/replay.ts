/**
 * Goes through the segments of a journal after a checkpoint. Twice: first what was scored and which definitions there were; then, once
 * a core stands on the checkpoint, what came in. Windows that the journal has a score of are not scored again, so that they keep it; those
 * without one are scored now, with revisions after all that the journal has.
 */
import {
  windowCells,
  type MetricDictionary,
  type SampleBatch,
  type TensorRow,
} from '@windrow/core';
import type { TensorSink } from '@windrow/windowing';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { Generation } from './generation.ts';
import type { Places } from './journal-format.ts';
import { JournalReader, readSegmentHead } from './journal-reader.ts';
import type { LiveCore, RunEngine } from './live-core.ts';
import { paddingBatch } from './padding-batch.ts';
import { readGeneration, type FoundCheckpoint } from './recovery.ts';
import { NO_REVISION, type Score } from './score-ledger.ts';

/** What the journal says of scores. */
export interface JournalNotes {
  /** In order: scores, and generations from which on they are those of others. */
  readonly scores: readonly (
    | { readonly score: Score; readonly revision: number }
    | { readonly generation: Generation }
  )[];
  readonly published: Places;
  readonly lettersPublished: number;
  /** Where each source is to be read on, by key, as far as the journal says. */
  readonly positions: ReadonlyMap<string, string | null>;
  /** The input is over. */
  readonly isFinished: boolean;
}

/** First pass. Generations are read, and their inputs admitted to the dictionary by `admit`. */
export async function readNotes(
  store: CheckpointStore,
  found: FoundCheckpoint,
  dictionary: MetricDictionary,
  admit: (generation: Generation) => void,
): Promise<JournalNotes> {
  const scores: JournalNotes['scores'][number][] = [];
  const positions = new Map<string, string | null>();
  const published: Record<string, number> = {};
  let lettersPublished = 0;
  let isFinished = false;
  const reader = new JournalReader(dictionary, {
    delivery: ({ source, position }) => {
      positions.set(source, position);
      return Promise.resolve();
    },
    redefine: async (name) => {
      const generation = await readGeneration(store, name);
      admit(generation);
      scores.push({ generation });
    },
    score: (score, revision) => void scores.push({ score, revision }),
    finish: () => {
      isFinished = true;
      return Promise.resolve();
    },
  });
  for (const name of found.segments) {
    const bytes = await store.blobs.get(name);
    const head = readSegmentHead(name, bytes);
    Object.assign(published, head.published);
    lettersPublished = Math.max(lettersPublished, head.lettersPublished);
    await reader.read(name, bytes);
  }
  return { scores, published, lettersPublished, positions, isFinished };
}

export interface ReplayParts {
  readonly store: CheckpointStore;
  readonly found: FoundCheckpoint;
  readonly notes: JournalNotes;
  readonly dictionary: MetricDictionary;
  readonly core: LiveCore;
  readonly wallMs: number;
  /** Scores windows of the journal's last definitions; where it gives -1 for a target, nobody can. */
  readonly scoringTarget: (target: number) => number;
  /** Takes windows to be scored by the scorer's targets. */
  readonly desk: TensorSink;
  readonly makeRoom: () => Promise<void>;
}

export interface Replayed {
  readonly samples: number;
  readonly predictions: number;
  /** Windows without a score that could not be scored. */
  readonly unscored: number;
  /** By the listening clock; null: the journal has no time. */
  readonly listeningMs: number | null;
}

/** Second pass. */
export class Replay {
  readonly #parts: ReplayParts;
  readonly #rest: RestOfWindows;
  /** Generations in the order in which they come into use. */
  readonly #generations: readonly Generation[];
  #generation = 0;
  #samples = 0;
  #predictions = 0;
  #listeningMs: number | null = null;

  constructor(parts: ReplayParts) {
    this.#parts = parts;
    const { notes, core } = parts;
    const later = notes.scores.flatMap((note) => ('generation' in note ? [note.generation] : []));
    this.#generations = [core.generation, ...later];
    this.#rest = new RestOfWindows(parts, this.#generations);
  }

  async run(): Promise<Replayed> {
    const { store, found, dictionary, core } = this.#parts;
    this.#takeScores();
    const reader = new JournalReader(dictionary, {
      delivery: async (delivery, batches) => {
        const { invalid, unrouted, listeningMs } = delivery;
        this.#listeningMs = listeningMs;
        const counted = (batch: SampleBatch): SampleBatch => {
          this.#samples += batch.length;
          return batch;
        };
        await core.arrived(
          {
            ...delivery,
            batches: (function* () {
              yield counted(paddingBatch(dictionary, invalid, unrouted));
              for (const batch of batches()) yield counted(batch);
            })(),
          },
          this.#run,
        );
      },
      tick: async (listeningMs) => {
        this.#listeningMs = listeningMs;
        await core.tick(listeningMs, this.#run);
      },
      redefine: () => {
        this.#generation++;
        core.redefineWindows(this.#generations[this.#generation]!);
        this.#rest.generation = this.#generation;
        return Promise.resolve();
      },
      finish: () => core.finish(this.#run),
    });
    for (const name of found.segments) await reader.read(name, await store.blobs.get(name));
    return {
      samples: this.#samples,
      predictions: this.#predictions,
      unscored: this.#rest.unscored,
      listeningMs: this.#listeningMs,
    };
  }

  /** The scores of the journal, in its order, so that predictions have the same numbers again. */
  #takeScores(): void {
    const { notes, core, wallMs } = this.#parts;
    for (const note of notes.scores) {
      if ('generation' in note) {
        core.redefineScores(note.generation);
      } else {
        core.scored(note.score, { wallMs, revision: note.revision });
        if (note.revision !== NO_REVISION) this.#predictions++;
      }
    }
  }

  readonly #run: RunEngine = async (engine) => {
    while (!engine.run(this.#rest)) {
      if (!this.#rest.handOn()) await this.#parts.makeRoom();
    }
    while (!this.#rest.handOn()) await this.#parts.makeRoom();
  };
}

/** Tensors that are kept until the scorer has room. */
const KEPT_MAX = 64;

interface KeptTensor {
  readonly target: number;
  readonly windowEndMs: number;
  readonly tensor: Float64Array | Float32Array;
}

/** Takes all windows, and hands on those without a score in the journal. */
class RestOfWindows implements TensorSink {
  generation = 0;
  unscored = 0;
  readonly #parts: ReplayParts;
  readonly #generations: readonly Generation[];
  /** How many scores the journal has, by generation, target and window end. */
  readonly #scored: Map<string, number> = new Map();
  readonly #kept: KeptTensor[] = [];
  #row: TensorRow = { data: new Float64Array(0), offset: 0 };

  constructor(parts: ReplayParts, generations: readonly Generation[]) {
    this.#parts = parts;
    this.#generations = generations;
    let generation = 0;
    for (const note of parts.notes.scores) {
      if ('generation' in note) generation++;
      else {
        const key = keyOf(generation, note.score.target, note.score.windowEndMs);
        this.#scored.set(key, (this.#scored.get(key) ?? 0) + 1);
      }
    }
  }

  reserve(target: number): TensorRow | null {
    if (this.#kept.length === KEPT_MAX) return null;
    const { definition, dtype } = this.#generations[this.generation]!.targets[target]!;
    const length = windowCells(definition) * definition.inputMetricIds.length;
    const Data = dtype === 'float64' ? Float64Array : Float32Array;
    if (this.#row.data.length !== length || !(this.#row.data instanceof Data)) {
      this.#row = { data: new Data(length), offset: 0 };
    }
    return this.#row;
  }

  commit(target: number, windowEndMs: number): void {
    const key = keyOf(this.generation, target, windowEndMs);
    const left = this.#scored.get(key) ?? 0;
    if (left > 0) {
      this.#scored.set(key, left - 1);
      return;
    }
    // Definitions are changed when everything is scored: what is left then had a model that failed.
    const isLast = this.generation === this.#generations.length - 1;
    const scoring = isLast ? this.#parts.scoringTarget(target) : -1;
    if (scoring < 0) this.unscored++;
    else this.#kept.push({ target: scoring, windowEndMs, tensor: this.#row.data.slice() });
  }

  /** Gives what is kept to the scorer; false where that is full. */
  handOn(): boolean {
    for (let kept = this.#kept[0]; kept !== undefined; kept = this.#kept[0]) {
      const row = this.#parts.desk.reserve(kept.target);
      if (row === null) return false;
      row.data.set(kept.tensor, row.offset);
      this.#parts.desk.commit(kept.target, kept.windowEndMs);
      this.#kept.shift();
    }
    return true;
  }
}

function keyOf(generation: number, target: number, windowEndMs: number): string {
  return `${generation} ${target} ${windowEndMs}`;
}
