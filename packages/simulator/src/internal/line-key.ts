/** The key from which everything random of one line follows: nothing else of the simulation enters. */
import { derive } from './hash.ts';

export function lineKey(seed: number, lineIndex: number): number {
  return derive(derive(0x77696e64, seed), lineIndex);
}
