/** A scorer of some of another's targets, counted anew: what a slice with a part of the lines scores with. */
import {
  assert,
  type Scorer,
  type ScoreBatch,
  type ScoringTarget,
  type TensorRow,
} from '@windrow/core';

export class LinesScorer implements Scorer {
  readonly targets: readonly ScoringTarget[];
  readonly #scorer: Scorer;
  readonly #own: readonly number[];
  /** Own number of each target of the scorer behind; -1: none. */
  readonly #numbers: Int32Array;

  /** @param own targets of the scorer behind, ascending */
  constructor(scorer: Scorer, own: readonly number[]) {
    this.targets = own.map((target) => scorer.targets[target]!);
    this.#scorer = scorer;
    this.#own = own;
    this.#numbers = new Int32Array(scorer.targets.length).fill(-1);
    for (const [number, target] of own.entries()) this.#numbers[target] = number;
  }

  reserve(target: number): TensorRow | null {
    return this.#scorer.reserve(this.#own[target]!);
  }

  commit(target: number, windowEndMs: number): void {
    this.#scorer.commit(this.#own[target]!, windowEndMs);
  }

  drain(all: boolean, emit: (scores: ScoreBatch) => void): Promise<void> {
    return this.#scorer.drain(all, (scores) => {
      const targets = new Int32Array(scores.length);
      for (let i = 0; i < scores.length; i++) {
        targets[i] = this.#numbers[scores.targets[i]!]!;
        assert(targets[i]! >= 0, 'nothing else is scored meanwhile');
      }
      emit({ ...scores, targets });
    });
  }

  /** The scorer behind stays open: it is its owner's. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
