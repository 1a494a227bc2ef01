/**
 * The time for which the job was able to hear its lines: it stands still while the job is down, while reading is stopped because a sink
 * does not take more, and while a source is being opened again. A line is silent by this clock, so that nothing is taken for late
 * merely because the job could not listen. Integer ms; it never goes back, and goes on across restarts.
 */
export class ListeningClock {
  readonly #nowMs: () => number;
  #ms: number;
  #readMs: number;
  #isListening = false;

  constructor(nowMs: () => number, startMs: number) {
    this.#nowMs = nowMs;
    this.#ms = startMs;
    this.#readMs = nowMs();
  }

  /** From now on it goes, or stands still. */
  listen(isListening: boolean): void {
    this.#advance();
    this.#isListening = isListening;
  }

  /** Goes on from there, if it is not later already. */
  advanceTo(ms: number): void {
    this.#ms = Math.max(this.#ms, ms);
  }

  read(): number {
    this.#advance();
    return Math.floor(this.#ms);
  }

  #advance(): void {
    const nowMs = this.#nowMs();
    if (this.#isListening) this.#ms += nowMs - this.#readMs;
    this.#readMs = nowMs;
  }
}
