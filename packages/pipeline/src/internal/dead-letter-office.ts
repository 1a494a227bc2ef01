/** Counts the rows that are set aside, shows the first few, and hands all of them to a sink where there is one. */
import type { DeadLetter, Sink } from '@windrow/core';

/** How many letters a summary shows. */
const SHOWN_MAX = 20;

export class DeadLetterOffice {
  readonly #sink: Sink<readonly DeadLetter[]> | null;
  readonly #shown: DeadLetter[] = [];
  #waiting: DeadLetter[] = [];
  #quarantined = 0;

  constructor(sink: Sink<readonly DeadLetter[]> | null) {
    this.#sink = sink;
  }

  /** Letters with the heading `quarantined`. */
  get quarantined(): number {
    return this.#quarantined;
  }

  /** The first letters, for people. */
  get shown(): readonly DeadLetter[] {
    return this.#shown;
  }

  readonly take = (letter: DeadLetter): void => {
    if (letter.heading === 'quarantined') this.#quarantined++;
    if (this.#shown.length < SHOWN_MAX) this.#shown.push(letter);
    if (this.#sink !== null) this.#waiting.push(letter);
  };

  /** Hands on what waits; to be called between batches, so that little ever does. */
  async deliver(): Promise<void> {
    if (this.#sink === null || this.#waiting.length === 0) return;
    const letters = this.#waiting;
    this.#waiting = [];
    await this.#sink.write(letters);
  }
}
