/** Ends what waits for a peer that says nothing. */
import { WindrowError } from '@windrow/core';

export class StallGuard {
  readonly #aborting: AbortController = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** @param place for the message */
  constructor(ms: number, place: string) {
    this.#timer = setTimeout(() => {
      const message = `${place}: found no answer for ${ms} ms; is the store there, and does it answer?`;
      this.#aborting.abort(new WindrowError('MODEL', message));
    }, ms);
  }

  /** Aborts after a time of silence. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  /** Something came. */
  heard(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
