/**
 * What windows are in most engines: every sample goes into every window that it is part of. Here as lean as it can be: a count, a
 * sum and a last value for each open window, in a map; no tensor, no disorder, no fill.
 */
interface Accumulator {
  count: number;
  sum: number;
  last: number;
}

export class WindowPerElement {
  readonly #windows: readonly { readonly windowMs: number; readonly stepMs: number }[];
  readonly #open: readonly Map<number, Accumulator>[];
  fired = 0;

  constructor(windows: readonly { readonly windowMs: number; readonly stepMs: number }[]) {
    this.#windows = windows;
    this.#open = windows.map(() => new Map<number, Accumulator>());
  }

  take(timestampMs: number, value: number): void {
    for (const [w, { windowMs, stepMs }] of this.#windows.entries()) {
      const open = this.#open[w]!;
      const first = (Math.floor(timestampMs / stepMs) + 1) * stepMs;
      for (let end = first; end <= timestampMs + windowMs; end += stepMs) {
        const window = open.get(end);
        if (window === undefined) {
          open.set(end, { count: 1, sum: value, last: value });
        } else {
          window.count++;
          window.sum += value;
          window.last = value;
        }
      }
      for (const end of open.keys()) {
        if (end > timestampMs) break;
        open.delete(end);
        this.fired++;
      }
    }
  }
}
