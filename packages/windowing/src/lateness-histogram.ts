/**
 * How late samples came, in classes that double: up to 1 s, 2 s, 4 s, ... , 2^24 s (194 days), and beyond. One number a class,
 * whatever is counted.
 */
const CLASSES = 26;

export class LatenessHistogram {
  readonly #counts: Float64Array = new Float64Array(CLASSES);

  /** Counts a lateness, in ms, at least 0. */
  add(latenessMs: number): void {
    const seconds = Math.ceil(latenessMs / 1000);
    // 0 and 1 s go into class 0, 2 s into 1, 3 and 4 s into 2, ...
    const at =
      seconds <= 1 ? 0 : Math.min(CLASSES - 1, 32 - Math.clz32(Math.min(seconds, 2 ** 31) - 1));
    this.#counts[at] = this.#counts[at]! + 1;
  }

  /** The classes that are not empty: an upper bound in seconds (inclusive; Infinity for the last), and how many. */
  classes(): { readonly upToS: number; readonly count: number }[] {
    const classes: { upToS: number; count: number }[] = [];
    for (let at = 0; at < CLASSES; at++) {
      const count = this.#counts[at]!;
      if (count === 0) continue;
      classes.push({ upToS: at === CLASSES - 1 ? Number.POSITIVE_INFINITY : 2 ** at, count });
    }
    return classes;
  }
}
