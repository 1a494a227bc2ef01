/** Ends a query of which nothing is heard any more; the time that the reader takes for itself does not count. */

export class Silence {
  readonly #ms: number;
  readonly #aborting: AbortController = new AbortController();
  #timer: NodeJS.Timeout | null = null;

  constructor(ms: number) {
    this.#ms = ms;
    this.listen();
  }

  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  reason(): Error {
    return new Error(`no byte came for ${this.#ms} ms`);
  }

  /** From now on something should be heard. */
  listen(): void {
    this.rest();
    this.#timer = setTimeout(() => this.#aborting.abort(), this.#ms);
  }

  /** Nobody listens. */
  rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
