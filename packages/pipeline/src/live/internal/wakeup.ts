/**
 * Lets loops wait for what others do; what happened before it waited counts. It may wake without a cause, so that a timer need not be set
 * anew each time: who waits looks again.
 */
import type { LiveClock } from '../live-clock.ts';

/** Timers count in 32 bits. */
const SLEEP_MS_MAX = 1 << 30;

interface Alarm {
  readonly atMs: number;
  readonly off: AbortController;
}

export class Wakeup {
  readonly #clock: LiveClock;
  #isAwake = false;
  #waiting: (() => void)[] = [];
  /** The timer that runs; null: none. */
  #alarm: Alarm | null = null;

  constructor(clock: LiveClock) {
    this.#clock = clock;
  }

  wake(): void {
    this.#isAwake = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Wakes for the last time: no timer is left behind. */
  end(): void {
    this.#alarm?.off.abort();
    this.wake();
  }

  /** Resolves after `wake`, or after so many ms at the latest (infinite: not by itself). */
  async wait(ms: number): Promise<void> {
    if (!this.#isAwake && ms > 0) {
      if (ms < Number.POSITIVE_INFINITY) this.#setAlarm(ms);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#isAwake = false;
  }

  /** A timer that runs out earlier is as good. */
  #setAlarm(ms: number): void {
    const atMs = this.#clock.nowMs() + ms;
    if (this.#alarm !== null && this.#alarm.atMs <= atMs) return;
    this.#alarm?.off.abort();
    const alarm = { atMs, off: new AbortController() };
    this.#alarm = alarm;
    void this.#ring(alarm, ms);
  }

  async #ring(alarm: Alarm, ms: number): Promise<void> {
    await this.#clock.sleep(Math.min(ms, SLEEP_MS_MAX), alarm.off.signal);
    if (this.#alarm !== alarm) return;
    this.#alarm = null;
    this.wake();
  }
}
