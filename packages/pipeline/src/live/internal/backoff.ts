/** Tries again, later and later, until it works or nobody wants it any more. */
import type { LiveClock } from '../live-clock.ts';

const FIRST_MS = 100;
const LAST_MS = 10_000;

/** How long to wait after so many failures in a row, in ms. */
export function backoffMs(failures: number): number {
  return Math.min(LAST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 30));
}

/**
 * @param failed is told of each failure; what it throws ends the trying
 * @returns null where `signal` was aborted before it worked
 */
export async function untilDone<T>(
  work: () => Promise<T>,
  clock: LiveClock,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<T | null> {
  for (let failures = 0; !signal.aborted;) {
    try {
      return await work();
    } catch (error) {
      failed(error);
      await clock.sleep(backoffMs(++failures), signal);
    }
  }
  return null;
}
