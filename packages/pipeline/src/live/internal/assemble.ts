/** From options to a machine that stands where the last job did, or at the beginning; its journal is still to be replayed. */
import { CheckpointStore } from './checkpoint-store.ts';
import { LiveCore } from './live-core.ts';
import { LiveMachine, type MachineParts } from './live-machine.ts';
import { restoreCheckpoint } from './restore.ts';
import { storeGeneration } from './store-generation.ts';

export type AssemblyParts = Omit<MachineParts, 'core' | 'store' | 'restored'>;

/** @throws WindrowError FORMAT where there are checkpoints and none can be used; what the store throws */
export async function assemble(parts: AssemblyParts): Promise<LiveMachine> {
  const { options, letters, onEvent } = parts;
  const { scorer, dictionary } = options;
  const store = await openStore(parts);
  const restored =
    store === null
      ? null
      : await restoreCheckpoint({ store, options, letters, dictionary, onEvent });
  const core =
    restored?.core ??
    new LiveCore({
      options,
      generation: await storeGeneration(store, scorer.targets, 1),
      letters,
      image: null,
      generations: new Map(),
    });
  return new LiveMachine({ ...parts, core, store, restored });
}

async function openStore({
  options,
  signal,
  onEvent,
}: AssemblyParts): Promise<CheckpointStore | null> {
  const { checkpoint, clock } = options;
  if (checkpoint === null) return null;
  const tell = (message: string): void => onEvent({ kind: 'checkpoint_failed', message });
  const store = new CheckpointStore({ ...checkpoint, clock, signal, tell });
  await store.takeOver();
  return store;
}
