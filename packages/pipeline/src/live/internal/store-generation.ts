/** Definitions on their way into the store, before anything refers to them. */
import type { ScoringTarget } from '@windrow/core';
import { GENERATIONS, blobName } from './checkpoint-names.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import { encodeGeneration, type Generation } from './generation.ts';

/**
 * @param store null: nothing is kept
 * @param number 1 for the first of an epoch
 */
export async function storeGeneration(
  store: CheckpointStore | null,
  targets: readonly ScoringTarget[],
  number: number,
): Promise<Generation> {
  if (store === null) return { name: '', targets: [...targets] };
  const name = blobName(GENERATIONS, store.epoch, number);
  await store.put(name, encodeGeneration(targets));
  return { name, targets: [...targets] };
}
