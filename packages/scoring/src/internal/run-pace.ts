/**
 * How many rows a batch has room for, and how many go into one run: learnt from what comes and what it costs.
 *
 * Room follows demand: it doubles when a batch filled up and halves when all that came since the last drain would have fitted into a
 * quarter of it, so that thousands of models with a few rows a step take little memory. Runs follow time: no run shall block the thread for longer
 * than `runMsMax`.
 */

const ROWS_FIRST = 8;
const ROWS_MAX = 1024;
/** Weight of the newest run in the time of a row. */
const WEIGHT = 0.25;

export class RunPace {
  readonly #runMsMax: number;
  #wanted = ROWS_FIRST;
  /** Rows of the batches that filled up since one was drained. */
  #filledRows = 0;
  #rowMs: number;

  /**
   * @param runMsMax longest time that one run should take
   * @param rowMs first guess of the time of a row
   */
  constructor(runMsMax: number, rowMs: number) {
    this.#runMsMax = runMsMax;
    this.#rowMs = rowMs;
  }

  /** Greatest number of rows for one run; at least 1. */
  get runRows(): number {
    if (this.#rowMs * ROWS_MAX <= this.#runMsMax) return ROWS_MAX;
    return Math.max(1, Math.floor(this.#runMsMax / this.#rowMs));
  }

  /** Rows for which the next batch should have room; at least 1. */
  get batchRows(): number {
    return Math.min(this.#wanted, this.runRows);
  }

  /** A batch of so many rows filled up. */
  filled(rows: number): void {
    this.#filledRows += rows;
    this.#wanted = Math.min(this.#wanted * 2, ROWS_MAX);
  }

  /** A batch was drained before it was full. */
  drained(rows: number): void {
    if ((this.#filledRows + rows) * 4 <= this.#wanted) this.#wanted /= 2;
    this.#filledRows = 0;
  }

  /** A run took `ms` for `rows`. */
  ran(rows: number, ms: number): void {
    this.#rowMs += WEIGHT * (ms / rows - this.#rowMs);
  }
}
