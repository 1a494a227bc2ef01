/** Something happened: wakes whoever waits for it, and is forgotten. */
export class Signal {
  #next: PromiseWithResolvers<void> | null = null;

  /** Until the next `notify`. */
  wait(): Promise<void> {
    this.#next ??= Promise.withResolvers();
    return this.#next.promise;
  }

  notify(): void {
    this.#next?.resolve();
    this.#next = null;
  }
}
