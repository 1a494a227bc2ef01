/** Lets one loop wait for whatever comes next: a message, room, a timer, the end. */

export interface WakeupTimer {
  readonly isOver: boolean;
  cancel(): void;
}

export class Wakeup {
  #waiting: Promise<void> | null = null;
  #resolve: (() => void) | null = null;

  /** Resolves at the next `wake`. */
  wait(): Promise<void> {
    this.#waiting ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    return this.#waiting;
  }

  wake(): void {
    this.#resolve?.();
    this.#resolve = null;
    this.#waiting = null;
  }

  /** Wakes after so many ms; after 0 ms it is over at once, and wakes nobody. */
  timer(ms: number): WakeupTimer {
    let isOver = ms === 0;
    const timer = isOver
      ? undefined
      : setTimeout(() => {
          isOver = true;
          this.wake();
        }, ms);
    return {
      get isOver() {
        return isOver;
      },
      cancel: () => clearTimeout(timer),
    };
  }
}
