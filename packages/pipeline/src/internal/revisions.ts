/**
 * The next revision of each window that can still be scored again. Only a finite score uses up a revision, so they are given
 * out when scores come back. Definitions without allowed lateness never revise and keep nothing.
 */
import type { Definition } from '@windrow/core';

export class Revisions {
  readonly #latenessMs: readonly number[];
  /** By target: window end -> next revision, in order of first score. */
  readonly #next: readonly Map<number, number>[];

  constructor(definitions: readonly Definition[]) {
    this.#latenessMs = definitions.map((d) => d.allowedLatenessMs);
    this.#next = definitions.map(() => new Map());
  }

  /** The revision of a finite score that has come back. */
  next(target: number, windowEndMs: number): number {
    if (this.#latenessMs[target] === 0) return 0;
    const ends = this.#next[target]!;
    const revision = ends.get(windowEndMs) ?? 0;
    ends.set(windowEndMs, revision + 1);
    return revision;
  }

  /** Forgets the windows of a target that are no longer open. Ends come in ascending order but for late ones. */
  close(target: number, watermarkMs: number): void {
    const ends = this.#next[target]!;
    if (ends.size === 0) return;
    const closedMs = watermarkMs - this.#latenessMs[target]!;
    for (const end of ends.keys()) {
      if (end > closedMs) break;
      ends.delete(end);
    }
  }
}
