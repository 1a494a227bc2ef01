/** From a checkpoint store to a core that stands where the last job did: checkpoint, journal, what was published. */
import type { MetricDictionary, ScoringTarget } from '@windrow/core';
import type { LiveEvent } from '../live-event.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { indexesIn, type Generation } from './generation.ts';
import type { Places } from './journal-format.ts';
import type { LetterBox } from './letter-box.ts';
import { LiveCore, admitInputs, type CoreParts } from './live-core.ts';
import { recover, type FoundCheckpoint } from './recovery.ts';
import { Replay, readNotes, type JournalNotes, type Replayed } from './replay.ts';

export interface RestoreParts {
  readonly store: CheckpointStore;
  readonly options: CoreParts['options'];
  readonly letters: LetterBox;
  readonly dictionary: MetricDictionary;
  readonly onEvent: (event: LiveEvent) => void;
}

/** A core on a checkpoint, before the journal after it is replayed. */
export interface Restored {
  readonly core: LiveCore;
  readonly found: FoundCheckpoint;
  readonly notes: JournalNotes;
}

/**
 * @returns null where there is nothing to go on from
 * @throws WindrowError FORMAT where there is, and it cannot be used
 */
export async function restoreCheckpoint(parts: RestoreParts): Promise<Restored | null> {
  const { store, options, letters, dictionary, onEvent } = parts;
  let restored: Restored | null = null;
  const admit = (generation: Generation): void => admitInputs(generation, dictionary);
  await recover({
    store,
    use: async (found) => {
      for (const generation of found.generations.values()) admit(generation);
      const notes = await readNotes(store, found, dictionary, admit);
      const { image, generation, generations } = found;
      const core = new LiveCore({ options, generation, letters, image, generations });
      core.engine.restore(found.parts);
      core.restoreArrivals(image.state.arrivals);
      restored = { core, found, notes };
    },
    refused: (checkpoint, message) => onEvent({ kind: 'checkpoint_refused', checkpoint, message }),
  });
  return restored;
}

export interface ReplayJournalParts extends Pick<RestoreParts, 'store' | 'letters' | 'dictionary'> {
  readonly restored: Restored;
  readonly targets: readonly ScoringTarget[];
  readonly wallMs: number;
  readonly desk: ConstructorParameters<typeof Replay>[0]['desk'];
  readonly makeRoom: () => Promise<void>;
}

/** Replays the journal; the scores of what it lacks come by the desk, as those of the scorer's targets. */
export async function replayJournal(parts: ReplayJournalParts): Promise<Replayed> {
  const { restored, letters, targets } = parts;
  const { notes, found } = restored;
  letters.restore(found.image.state.letters);
  letters.publishedUpTo(notes.lettersPublished);
  const toScorer = indexesIn(lastGeneration(restored).targets, targets);
  const replay = new Replay({
    ...parts,
    ...restored,
    scoringTarget: (target) => toScorer[target]!,
  });
  return replay.run();
}

/** The definitions in use at the end of the journal. */
export function lastGeneration({ notes, found }: Restored): Generation {
  let last = found.generation;
  for (const note of notes.scores) if ('generation' in note) last = note.generation;
  return last;
}

/** How far each sink is, by key. */
export function placesOf({ found, notes }: Restored): Places {
  return { ...found.image.state.published, ...notes.published };
}

/** Where each source is to be read on, by key. */
export function positionsOf(restored: Restored | null): Map<string, string | null> {
  if (restored === null) return new Map();
  const { found, notes } = restored;
  return new Map([...Object.entries(found.image.state.positions), ...notes.positions]);
}
