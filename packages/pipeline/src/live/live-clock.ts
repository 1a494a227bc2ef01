/** Time for a job that runs for months: given from outside, so that tests can simulate it. */
import { setTimeout as sleepFor } from 'node:timers/promises';

export interface LiveClock {
  /** ms since the Unix epoch; may be set back. */
  wallMs(): number;
  /** ms with fractions; never goes back. */
  nowMs(): number;
  /** Resolves after so many ms, or as soon as `signal` is aborted; it never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this process: its readings are given, its timers are Node's. */
export function timerClock(readings: Pick<LiveClock, 'wallMs' | 'nowMs'>): LiveClock {
  return {
    wallMs: readings.wallMs,
    nowMs: readings.nowMs,
    async sleep(ms, signal) {
      if (signal.aborted) return;
      try {
        await sleepFor(ms, undefined, { signal });
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}
