/**
 * Between the windows and the scorer. `run` works off what was pushed to the engine; `loop` scores what waits for long enough, while
 * reading goes on. A model that fails on some windows costs these windows their scores, and nothing else.
 */
import {
  WindrowError,
  messageOf,
  type ScoreBatch,
  type TensorRow,
  type TensorViews,
} from '@windrow/core';
import type { TensorSink, WindowEngine } from '@windrow/windowing';
import type { PhaseClock } from '../../internal/phase-clock.ts';
import type { LiveClock } from '../live-clock.ts';
import type { LiveFollower } from '../live-follower.ts';
import type { LiveScorer } from '../live-scorer.ts';
import type { Score } from './score-ledger.ts';
import { Wakeup } from './wakeup.ts';

export interface ScoreDeskParts {
  readonly scorer: LiveScorer;
  readonly clock: LiveClock;
  readonly phases: PhaseClock;
  readonly signal: AbortSignal;
  readonly follower: LiveFollower | null;
  /** A window goes to its model. */
  readonly onJudged: (target: number, windowEndMs: number) => void;
  /** Takes each score, also such as are not finite. */
  readonly onScore: (score: Score) => void;
  /** All scores of a run were taken. */
  readonly onScores: () => void;
  readonly onFailure: (message: string) => void;
}

export class ScoreDesk implements TensorSink {
  readonly views?: TensorViews;
  readonly #parts: ScoreDeskParts;
  readonly #wakeup: Wakeup;
  #committed = 0;
  /** Views that the scorer may still be reading. */
  #lent = 0;
  /** Of those, how many had been committed when the last drain began. */
  #drained = 0;
  #failures = 0;

  constructor(parts: ScoreDeskParts) {
    this.#parts = parts;
    this.#wakeup = new Wakeup(parts.clock);
    const { views } = parts.scorer;
    if (views !== undefined) this.views = this.#counted(views);
  }

  #counted(views: TensorViews): TensorViews {
    return {
      takes: (target) => views.takes(target),
      isBusy: (target) => views.isBusy(target),
      lend: (target, windowEndMs, row) => {
        this.#committed++;
        this.#lent++;
        this.#tellJudged(target, windowEndMs);
        views.lend(target, windowEndMs, row);
      },
    };
  }

  /** Runs that failed. */
  get failures(): number {
    return this.#failures;
  }

  reserve(target: number): TensorRow | null {
    return this.#parts.scorer.reserve(target);
  }

  commit(target: number, windowEndMs: number): void {
    this.#committed++;
    this.#tellJudged(target, windowEndMs);
    this.#parts.scorer.commit(target, windowEndMs);
  }

  /**
   * Works off what was pushed to the engine.
   * @param sink takes the tensors; default: the scorer
   */
  async run(engine: WindowEngine, sink: TensorSink = this): Promise<void> {
    const { phases } = this.#parts;
    for (;;) {
      const before = this.#committed;
      if (phases.measure('window', () => engine.run(sink))) break;
      await this.makeRoom(this.#committed === before && this.#lent === 0);
    }
    if (this.#committed > this.#drained) this.#wakeup.wake();
  }

  /** Full batches and views make room as a rule; where there are none (many models, each with a few rows), all must go. */
  makeRoom(all: boolean): Promise<void> {
    return this.#drain(() => this.#parts.scorer.drain(all, this.#emit));
  }

  /** Scores everything that was committed. */
  async flush(): Promise<void> {
    const committed = this.#committed;
    await this.makeRoom(true);
    this.#drained = Math.max(this.#drained, committed);
  }

  /** Scores what waits for long enough, until `signal` is aborted. */
  async loop(): Promise<void> {
    const { scorer, clock, signal } = this.#parts;
    while (!signal.aborted) {
      const waitMs = scorer.dueMs - clock.nowMs();
      const waits = this.#committed > this.#drained;
      if (waits && !(waitMs > 0 && waitMs < Number.POSITIVE_INFINITY)) {
        const committed = this.#committed;
        await this.#drain(() => scorer.drainDue(this.#emit));
        // What was begun in the meantime, or is not due, is still there: its batch is open.
        if (scorer.dueMs === Number.POSITIVE_INFINITY) this.#drained = committed;
      } else {
        await this.#wakeup.wait(waits ? waitMs : Number.POSITIVE_INFINITY);
      }
    }
  }

  /** Lets the loop see that the signal was aborted. */
  end(): void {
    this.#wakeup.end();
  }

  readonly #emit = ({ length, targets, windowEndsMs, values, model }: ScoreBatch): void => {
    const { onScore, onScores } = this.#parts;
    for (let i = 0; i < length; i++) {
      const score = {
        target: targets[i]!,
        windowEndMs: windowEndsMs[i]!,
        value: values[i]!,
        model,
      };
      onScore(score);
      this.#tellScored(score);
    }
    onScores();
  };

  #tellJudged(target: number, windowEndMs: number): void {
    const { follower, scorer, onJudged } = this.#parts;
    onJudged(target, windowEndMs);
    if (follower?.isFollowing !== true) return;
    follower.judged(scorer.targets[target]!.definition.outputMetricId, windowEndMs);
  }

  #tellScored({ target, windowEndMs, value, model }: Score): void {
    const { follower, scorer } = this.#parts;
    if (follower?.isFollowing !== true) return;
    const { outputMetricId } = scorer.targets[target]!.definition;
    const name = `${model.identifier}/${model.version}`;
    follower.scored({ outputMetricId, windowEndMs, value, model: name });
  }

  /** Each failure ends one drain; the scores after it come with the next. */
  async #drain(drain: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await this.#parts.phases.measureAsync('score', drain);
        this.#lent = 0;
        return;
      } catch (error) {
        if (!(error instanceof WindrowError && error.code === 'MODEL')) throw error;
        this.#failures++;
        this.#parts.onFailure(messageOf(error));
      }
    }
  }
}
