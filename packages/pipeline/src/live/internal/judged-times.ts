/** When windows that are on their way to their models were judged, so that what is published can be told how long it took. */
export class JudgedTimes {
  /** When what is worked off at present came; NaN: that is not known (a replay). */
  nowMs: number = Number.NaN;
  /** By target: window end -> times, more than one where a window is judged again before its score has come. */
  #times: Map<number, number[]>[] = [];

  /** A window goes to its model. */
  note(target: number, windowEndMs: number): void {
    if (Number.isNaN(this.nowMs)) return;
    const times = (this.#times[target] ??= new Map());
    const known = times.get(windowEndMs);
    if (known === undefined) times.set(windowEndMs, [this.nowMs]);
    else known.push(this.nowMs);
  }

  /** Its score has come; NaN where it was not noted. */
  take(target: number, windowEndMs: number): number {
    const times = this.#times[target];
    const known = times?.get(windowEndMs);
    const ms = known?.shift();
    if (known?.length === 0) times?.delete(windowEndMs);
    return ms ?? Number.NaN;
  }

  /** No window is on its way: those that are left have failed. */
  clear(): void {
    for (const times of this.#times) times?.clear();
  }

  /** No window is on its way, and targets will be others. */
  reset(): void {
    this.#times = [];
  }
}
