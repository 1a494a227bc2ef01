/**
 * Commits of a job that keeps nothing: every so often what came in before is scored, so that it may be acknowledged when the sinks have
 * what follows from it.
 */
import type { LiveClock } from '../live-clock.ts';
import type { CommitMark, Commits } from './journal-commits.ts';
import { Wakeup } from './wakeup.ts';

const COMMIT_MS = 50;

export interface UnkeptCommitsParts {
  readonly clock: LiveClock;
  readonly signal: AbortSignal;
  readonly markNow: () => CommitMark;
  /** Scores everything that was judged. */
  readonly flush: () => Promise<void>;
  readonly onCommit: (mark: CommitMark) => void;
}

export class UnkeptCommits implements Commits {
  readonly uncommittedBytes: number = 0;
  readonly #parts: UnkeptCommitsParts;
  readonly #wakeup: Wakeup;
  #sinceMs: number | null = null;
  #isCommitting = false;

  constructor(parts: UnkeptCommitsParts) {
    this.#parts = parts;
    this.#wakeup = new Wakeup(parts.clock);
  }

  get isIdle(): boolean {
    return this.#sinceMs === null && !this.#isCommitting;
  }

  noteWritten(): void {
    if (this.#sinceMs !== null) return;
    this.#sinceMs = this.#parts.clock.nowMs();
    this.#wakeup.wake();
  }

  /** Begins a commit at once. */
  seal(): null {
    this.#sinceMs = Number.NEGATIVE_INFINITY;
    this.#wakeup.wake();
    return null;
  }

  async loop(): Promise<void> {
    const { signal, clock, markNow, flush, onCommit } = this.#parts;
    while (!signal.aborted) {
      const waitMs =
        this.#sinceMs === null
          ? Number.POSITIVE_INFINITY
          : this.#sinceMs + COMMIT_MS - clock.nowMs();
      if (waitMs > 0) {
        await this.#wakeup.wait(waitMs);
        continue;
      }
      this.#sinceMs = null;
      this.#isCommitting = true;
      const { sequences, letters } = markNow();
      await flush();
      this.#isCommitting = false;
      onCommit({ sequences, letters, made: markNow().made });
    }
  }

  end(): void {
    this.#wakeup.end();
  }
}
