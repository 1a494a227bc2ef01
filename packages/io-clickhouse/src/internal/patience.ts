/** How often something is tried, and how long is waited between. */
import { setTimeout as wait } from 'node:timers/promises';
import { explained, isTransient } from './advice.ts';

export interface Patience {
  /** At least 1. */
  readonly attempts: number;
  /** Before the second attempt; doubled before each further one, up to 10 s. */
  readonly firstDelayMs: number;
}

const DELAY_MS_MAX = 10_000;

/** Waits before attempt `next` (2, 3, ...). */
export async function waitBefore(next: number, { firstDelayMs }: Patience): Promise<void> {
  await wait(Math.min(DELAY_MS_MAX, firstDelayMs * 2 ** (next - 2)));
}

/**
 * Runs until it succeeds, fails for good, or there are no attempts left.
 * @param where for the message
 * @throws WindrowError INPUT
 */
export async function patiently<Result>(
  patience: Patience,
  where: string,
  run: () => Promise<Result>,
  renew: () => Promise<void>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      await renew();
      if (attempt >= patience.attempts || !isTransient(error)) {
        throw explained(error, where, attempt);
      }
      await waitBefore(attempt + 1, patience);
    }
  }
}
