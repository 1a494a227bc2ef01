/** How long to wait before the next attempt, until patience ends. */

const FIRST_MS = 100;
const LONGEST_MS = 30_000;

/** Waits that double, from 0.1 s to 30 s, each shortened by chance by up to a half, until they add up to a budget. */
export class Patience {
  readonly #budgetMs: number;
  readonly #random: () => number;
  #spentMs = 0;
  #nextMs = FIRST_MS;

  constructor(budgetMs: number, random: () => number) {
    this.#budgetMs = budgetMs;
    this.#random = random;
  }

  /** What was waited since the last success. */
  get spentMs(): number {
    return this.#spentMs;
  }

  /** ms to wait before the next attempt; null where none is left. */
  next(): number | null {
    const leftMs = this.#budgetMs - this.#spentMs;
    if (leftMs <= 0) return null;
    const waitMs = Math.min(leftMs, this.#nextMs * (1 - this.#random() / 2));
    this.#spentMs += waitMs;
    this.#nextMs = Math.min(LONGEST_MS, this.#nextMs * 2);
    return waitMs;
  }

  /** It worked. */
  reset(): void {
    this.#spentMs = 0;
    this.#nextMs = FIRST_MS;
  }
}

/** Resolves after so many ms, or at once when the signal says so. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
