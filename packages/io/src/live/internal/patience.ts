/**
 * Trying again for as long as it takes: a disk that is full or away for a while comes back, and what is to be written must not be lost
 * meanwhile. Whoever waits for it feels the back-pressure.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { WindrowError, messageOf } from '@windrow/core';

const WAIT_MS_MIN = 100;
const WAIT_MS_MAX = 5000;

export class Patience {
  readonly #ending: AbortController = new AbortController();
  #error: string | null = null;
  #isRetrying = false;
  #retries = 0;

  /** Last error, also one that was overcome. */
  get error(): string | null {
    return this.#error;
  }

  get state(): 'ready' | 'retrying' {
    return this.#isRetrying ? 'retrying' : 'ready';
  }

  get retries(): number {
    return this.#retries;
  }

  /**
   * Runs until it does not fail with an error of the operating system; waits longer each time, up to five seconds.
   * @throws WindrowError OUTPUT when `end` was called while it failed; any other error at once
   */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    for (let waitMs = WAIT_MS_MIN; ; waitMs = Math.min(WAIT_MS_MAX, waitMs * 2)) {
      try {
        const result = await attempt();
        this.#isRetrying = false;
        return result;
      } catch (error) {
        this.#error = messageOf(error);
        if (!isOfSystem(error)) throw error;
        if (this.#ending.signal.aborted) {
          throw new WindrowError('OUTPUT', this.#error, { cause: error });
        }
        this.#isRetrying = true;
        this.#retries++;
        await sleep(waitMs, null, { signal: this.#ending.signal }).catch(() => undefined);
      }
    }
  }

  /** What fails from now on is not tried again. */
  end(): void {
    this.#ending.abort();
  }
}

function isOfSystem(error: unknown): boolean {
  const inner = error instanceof WindrowError ? error.cause : error;
  return inner instanceof Error && 'syscall' in inner;
}
