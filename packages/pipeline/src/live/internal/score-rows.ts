/** Scores as bytes, in the journal and in checkpoints: u32 rows, then for each i32 target, f64 window end, f64 value, i32 revision, u32 model. */
import type { ModelIdentity } from '@windrow/core';
import type { ByteCursor } from './byte-cursor.ts';
import type { GrowingBytes } from './growing-bytes.ts';
import type { Score } from './score-ledger.ts';

/** Models by number, for the head of the blob whose rows name them. */
export class ModelTable {
  readonly models: ModelIdentity[] = [];
  readonly #indexes: Map<ModelIdentity, number> = new Map();

  indexOf(model: ModelIdentity): number {
    let index = this.#indexes.get(model);
    if (index === undefined) {
      index = this.models.push(model) - 1;
      this.#indexes.set(model, index);
    }
    return index;
  }
}

/** Appends a row. */
export function writeScore(
  out: GrowingBytes,
  score: Score,
  revision: number,
  models: ModelTable,
): void {
  out.i32(score.target);
  out.f64(score.windowEndMs);
  out.f64(score.value);
  out.i32(revision);
  out.u32(models.indexOf(score.model));
}

/** Reads one row. */
export function readScore(
  from: ByteCursor,
  models: readonly ModelIdentity[],
): { readonly score: Score; readonly revision: number } {
  const target = from.i32();
  const windowEndMs = from.f64();
  const value = from.f64();
  const revision = from.i32();
  const index = from.u32();
  const model = models[index];
  if (model === undefined) throw from.fault(`model ${index} of ${models.length}`);
  return { score: { target, windowEndMs, value, model }, revision };
}
