/** Delays in classes whose bounds lie closer where latencies are asked for. */
import type { LiveDelays } from '../live-job-status.ts';

/** Upper bounds, inclusive, ms; the last class has none. */
const UP_TO_MS: readonly number[] = [
  5, 10, 25, 50, 75, 100, 125, 150, 200, 250, 300, 400, 500, 750, 1000, 2500, 5000, 10_000, 30_000,
  60_000, 300_000, 3_600_000,
];

export class DelayClasses {
  readonly #counts: Float64Array = new Float64Array(UP_TO_MS.length + 1);
  #sumMs = 0;

  /** What took from each of these times until now; NaN is left out. */
  add(fromMs: Float64Array, nowMs: number): void {
    for (const ms of fromMs) {
      const delayMs = nowMs - ms;
      if (Number.isNaN(delayMs)) continue;
      let i = 0;
      while (i < UP_TO_MS.length && delayMs > UP_TO_MS[i]!) i++;
      this.#counts[i] = this.#counts[i]! + 1;
      this.#sumMs += delayMs;
    }
  }

  counts(): LiveDelays {
    const classes = Array.from(this.#counts, (count, i) => ({
      upToMs: UP_TO_MS[i] ?? Number.POSITIVE_INFINITY,
      count,
    }));
    return { classes, sumMs: this.#sumMs };
  }
}
