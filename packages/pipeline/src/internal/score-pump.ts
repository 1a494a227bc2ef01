/** Between the windows and the scorer: runs the engine until its work is done, draining the scorer whenever it is full. */
import type { Scorer, ScoreBatch, TensorRow, TensorViews } from '@windrow/core';
import type { TensorSink, WindowEngine } from '@windrow/windowing';
import type { PhaseClock } from './phase-clock.ts';

export class ScorePump implements TensorSink {
  readonly views?: TensorViews;
  readonly #scorer: Scorer;
  readonly #emit: (scores: ScoreBatch) => void;
  readonly #clock: PhaseClock;
  #committed = 0;
  #drained = 0;
  /** Views that the scorer may still be reading. */
  #lent = 0;

  constructor(scorer: Scorer, emit: (scores: ScoreBatch) => void, clock: PhaseClock) {
    this.#scorer = scorer;
    this.#emit = emit;
    this.#clock = clock;
    if (scorer.views !== undefined) this.views = this.#counted(scorer.views);
  }

  #counted(views: TensorViews): TensorViews {
    return {
      takes: (target) => views.takes(target),
      isBusy: (target) => views.isBusy(target),
      lend: (target, windowEndMs, row) => {
        this.#committed++;
        this.#lent++;
        views.lend(target, windowEndMs, row);
      },
    };
  }

  reserve(target: number): TensorRow | null {
    return this.#scorer.reserve(target);
  }

  commit(target: number, windowEndMs: number): void {
    this.#committed++;
    this.#scorer.commit(target, windowEndMs);
  }

  /** Windows that may still wait in batches that are not full. */
  get waiting(): number {
    return this.#committed - this.#drained;
  }

  /** Works off what was pushed to the engine. */
  async run(engine: WindowEngine): Promise<void> {
    for (;;) {
      const before = this.#committed;
      const done = this.#clock.measure('window', () => engine.run(this));
      if (done) return;
      // Full batches and views make room as a rule; where there are none (many models, each with a few rows), all must go.
      await this.#drain(this.#committed === before && this.#lent === 0);
    }
  }

  /** Scores everything that waits. */
  async flush(): Promise<void> {
    await this.#drain(true);
    this.#drained = this.#committed;
  }

  async #drain(all: boolean): Promise<void> {
    await this.#clock.measureAsync('score', () => this.#scorer.drain(all, this.#emit));
    this.#lent = 0;
  }
}
