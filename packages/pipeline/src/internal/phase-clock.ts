/** How long each phase of a job took, by a clock that is given. */
export type Phase = 'read' | 'window' | 'score' | 'write';

export class PhaseClock {
  readonly #nowMs: () => number;
  readonly #spentMs: Record<Phase, number> = { read: 0, window: 0, score: 0, write: 0 };

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  measure<T>(phase: Phase, work: () => T): T {
    const startMs = this.#nowMs();
    const result = work();
    this.#spentMs[phase] += this.#nowMs() - startMs;
    return result;
  }

  async measureAsync<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const startMs = this.#nowMs();
    const result = await work();
    this.#spentMs[phase] += this.#nowMs() - startMs;
    return result;
  }

  /** Milliseconds by phase. */
  spentMs(): Readonly<Record<Phase, number>> {
    return { ...this.#spentMs };
  }
}
