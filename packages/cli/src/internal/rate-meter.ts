/**
 * Rate of a counter over the last seconds.
 *
 * Keeps a few marks (time, count) at least `SPACING_MS` apart, so its size does not depend on how often it is asked.
 */

const SPAN_MS = 10_000;
const SPACING_MS = 500;

export class RateMeter {
  readonly #timesMs: number[] = [];
  readonly #counts: number[] = [];

  constructor(startMs: number) {
    this.#timesMs.push(startMs);
    this.#counts.push(0);
  }

  /** Notes the count at a time that is not before the last one. */
  mark(timeMs: number, count: number): void {
    if (timeMs - this.#timesMs.at(-1)! < SPACING_MS) return;
    this.#timesMs.push(timeMs);
    this.#counts.push(count);
    while (timeMs - this.#timesMs[1]! >= SPAN_MS) {
      this.#timesMs.shift();
      this.#counts.shift();
    }
  }

  /** A second, over the span that ends now; 0 before any time has passed. */
  perSecond(timeMs: number, count: number): number {
    const ms = timeMs - this.#timesMs[0]!;
    return ms <= 0 ? 0 : ((count - this.#counts[0]!) * 1000) / ms;
  }
}
