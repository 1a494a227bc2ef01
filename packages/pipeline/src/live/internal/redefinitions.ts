/** Definitions that wait for their turn to be taken. */
import { WindrowError, type Definition } from '@windrow/core';

export interface Redefinition {
  readonly definitions: readonly Definition[];
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export class Redefinitions {
  readonly #waiting: Redefinition[] = [];
  #isOver = false;

  /** Resolves when they were taken. @throws WindrowError as `done` or `failed` say, USAGE where the job ends before */
  add(definitions: readonly Definition[]): Promise<void> {
    if (this.#isOver) return Promise.reject(hasEnded());
    return new Promise((done, failed) => {
      this.#waiting.push({ definitions, done, failed });
    });
  }

  /** The ones whose turn it is. */
  next(): Redefinition | undefined {
    return this.#waiting.shift();
  }

  /** The job ends. */
  end(): void {
    this.#isOver = true;
    for (const { failed } of this.#waiting.splice(0)) failed(hasEnded());
  }
}

function hasEnded(): WindrowError {
  return new WindrowError('USAGE', 'redefine: the job has ended');
}
