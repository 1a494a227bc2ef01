/**
 * Finds where to go on: the newest checkpoint that is whole, and the segments of the journal after it. Segments name the one before
 * them, so that what a job wrote after another one had taken over is never mistaken for a part of the journal.
 */
import { WindrowError, messageOf } from '@windrow/core';
import { decodeImage, type CheckpointImage } from './checkpoint-image.ts';
import { CHECKPOINTS, JOURNAL } from './checkpoint-names.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { decodeGeneration, type Generation } from './generation.ts';
import { readSegmentHead } from './journal-reader.ts';

/** A checkpoint as it was read. */
export interface FoundCheckpoint {
  readonly name: string;
  readonly image: CheckpointImage;
  readonly parts: readonly Uint8Array[];
  readonly generation: Generation;
  /** All that the image names. */
  readonly generations: ReadonlyMap<string, Generation>;
  /** Names of the segments after it, in order. */
  readonly segments: readonly string[];
}

export interface RecoveryOptions {
  readonly store: CheckpointStore;
  /**
   * Goes on from what was found.
   * @throws WindrowError FORMAT where that is damaged: the one before is tried
   */
  readonly use: (found: FoundCheckpoint) => Promise<void>;
  readonly refused: (name: string, message: string) => void;
}

/**
 * @returns false where there is no checkpoint at all
 * @throws WindrowError FORMAT where there are some and none can be used
 */
export async function recover({ store, use, refused }: RecoveryOptions): Promise<boolean> {
  const names = (await store.names(CHECKPOINTS)).toReversed();
  const journal = await store.names(JOURNAL);
  const faults: string[] = [];
  for (const name of names) {
    try {
      await use(await readCheckpoint(store, name, journal));
      return true;
    } catch (error) {
      if (!isDamage(error)) throw error;
      faults.push(messageOf(error));
      refused(name, messageOf(error));
    }
  }
  if (names.length === 0 && journal.length === 0) return false;
  const uri = store.blobs.uri;
  throw new WindrowError(
    'FORMAT',
    `${uri}: found ${names.length} checkpoints and ${journal.length} segments of a journal, expected a checkpoint that can be used${faults.map((fault) => `; ${fault}`).join('')}. Put the folder back from a backup; or delete it to begin anew, without what was in it`,
  );
}

/** Bytes that are damaged, or not there. */
function isDamage(error: unknown): boolean {
  return error instanceof WindrowError && (error.code === 'FORMAT' || error.code === 'INPUT');
}

async function readCheckpoint(
  store: CheckpointStore,
  name: string,
  journal: readonly string[],
): Promise<FoundCheckpoint> {
  const { blobs } = store;
  const image = decodeImage(name, await blobs.get(name));
  const generations = new Map<string, Generation>();
  for (const needed of [image.state.generation, ...image.waiting.map((w) => w.generation)]) {
    if (!generations.has(needed)) generations.set(needed, await readGeneration(store, needed));
  }
  const parts: Uint8Array[] = [];
  for (const part of image.state.parts) parts.push(await blobs.get(part));
  const segments = await chain(store, image.state.after, journal);
  const generation = generations.get(image.state.generation)!;
  return { name, image, parts, generation, generations, segments };
}

export async function readGeneration(store: CheckpointStore, name: string): Promise<Generation> {
  return decodeGeneration(name, await store.blobs.get(name));
}

/** The segments after `after`, from the newest one back. */
async function chain(
  store: CheckpointStore,
  after: string | null,
  journal: readonly string[],
): Promise<string[]> {
  const segments: string[] = [];
  let name = journal.at(-1) ?? null;
  const isLater = (segment: string): boolean => after === null || segment > after;
  while (name !== null && isLater(name)) {
    if (!journal.includes(name)) {
      throw new WindrowError(
        'FORMAT',
        `${store.blobs.uri}: found no ${name}, expected all segments of the journal after ${after ?? 'its beginning'}`,
      );
    }
    segments.unshift(name);
    name = readSegmentHead(name, await store.blobs.get(name)).previous;
  }
  if (name !== after && segments.length > 0) {
    throw new WindrowError(
      'FORMAT',
      `${store.blobs.uri}: found a journal that goes on from ${name ?? 'its beginning'}, expected one that goes on from ${after ?? 'its beginning'}`,
    );
  }
  return segments;
}
