/** Trying again: how long to wait, and when to give up. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  /** Failures in a row, without any progress between them, after which it is given up. Default 8. */
  readonly failuresMax?: number;
  /** Wait after the first failure; it doubles with each, up to `waitMsMax`. Default 250 ms. */
  readonly waitMs?: number;
  /** Default 30 s. */
  readonly waitMsMax?: number;
}

/** Counts failures in a row. Not for calls side by side. */
export class RetryBudget {
  readonly #failuresMax: number;
  readonly #waitMs: number;
  readonly #waitMsMax: number;
  #failures = 0;

  constructor(options: RetryOptions) {
    this.#failuresMax = options.failuresMax ?? 8;
    this.#waitMs = options.waitMs ?? 250;
    this.#waitMsMax = options.waitMsMax ?? 30_000;
  }

  /** Something worked: the next failure is the first again. */
  progress(): void {
    this.#failures = 0;
  }

  /** Waits before the next try; false where there is none. */
  async again(): Promise<boolean> {
    if (++this.#failures >= this.#failuresMax) return false;
    await sleep(Math.min(this.#waitMsMax, this.#waitMs * 2 ** (this.#failures - 1)));
    return true;
  }

  /** For messages. */
  get failures(): number {
    return this.#failures;
  }
}

/** Runs until it works, fails for good, or the budget is spent; the last error is thrown as it is. */
export async function retried<Result>(
  run: () => Promise<Result>,
  isTransient: (error: unknown) => boolean,
  options: RetryOptions,
): Promise<Result> {
  const budget = new RetryBudget(options);
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isTransient(error) || !(await budget.again())) throw error;
    }
  }
}
