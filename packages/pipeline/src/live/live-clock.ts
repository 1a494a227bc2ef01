/** Time for a job that runs for months: given from outside, so that tests can simulate it. */

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
  return { ...readings, sleep };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
