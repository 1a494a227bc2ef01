/**
 * Windows of outputs whose definition became another one, or went away for a while: up to where they were judged. What a changed
 * definition makes of them has no name of its own, since the names are those of the output's windows, and a name keeps its value.
 */

/** Outputs that are remembered; those that changed longest ago are forgotten first. */
const OUTPUTS_MAX = 10_000;

export class FormerWindows {
  /** By output metric id: the watermark until which another definition had its windows, ms. */
  readonly #untilMs: Map<string, number> = new Map();

  /** Windows of an output that end then or before were judged by a definition that it has no longer. */
  note(outputMetricId: string, untilMs: number): void {
    const before = this.#untilMs.get(outputMetricId) ?? Number.NEGATIVE_INFINITY;
    this.#untilMs.delete(outputMetricId);
    this.#untilMs.set(outputMetricId, Math.max(before, untilMs));
    if (this.#untilMs.size <= OUTPUTS_MAX) return;
    const [oldest] = this.#untilMs.keys();
    this.#untilMs.delete(oldest!);
  }

  /** Whether a window is one of them. */
  has(outputMetricId: string, windowEndMs: number): boolean {
    return windowEndMs <= (this.#untilMs.get(outputMetricId) ?? Number.NEGATIVE_INFINITY);
  }

  /** Windows of an output that end then or before are closed: nothing is made of them any more. */
  close(outputMetricId: string, closedMs: number): void {
    if (this.has(outputMetricId, closedMs)) return;
    this.#untilMs.delete(outputMetricId);
  }

  save(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#untilMs);
  }

  load(saved: Readonly<Record<string, number>>): void {
    for (const [outputMetricId, untilMs] of Object.entries(saved)) {
      this.#untilMs.set(outputMetricId, untilMs);
    }
  }
}
