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

const FAILURES_MAX = 8;
const WAIT_MS = 250;
const WAIT_MS_MAX = 30_000;

/** How long to wait after so many failures in a row, in ms; null: it is given up. Pure. */
export function waitMsAfter(failures: number, options: RetryOptions): number | null {
  if (failures >= (options.failuresMax ?? FAILURES_MAX)) return null;
  const doubled = (options.waitMs ?? WAIT_MS) * 2 ** (failures - 1);
  return Math.min(options.waitMsMax ?? WAIT_MS_MAX, doubled);
}

/** Counts failures in a row. Not for calls side by side. */
export class RetryBudget {
  readonly #options: RetryOptions;
  #failures = 0;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  /** Something worked: the next failure is the first again. */
  progress(): void {
    this.#failures = 0;
  }

  /** Waits before the next try; false where there is none. */
  async again(): Promise<boolean> {
    const waitMs = waitMsAfter(++this.#failures, this.#options);
    if (waitMs === null) return false;
    await sleep(waitMs);
    return true;
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
