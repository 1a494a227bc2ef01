/**
 * A value that refreshes itself with a TTL and keeps its last good state: definitions, an alias of a model registry.
 *
 * It loads, compares versions, and takes a new value only after it was accepted as a whole; whatever goes wrong on the way is an event,
 * and the value from before stays. It has no timer and no clock of its own: its owner calls `refreshIfDue`, as often as it likes.
 */
import { assert, messageOf } from './errors.ts';

/** What a load gave. */
export interface Loaded<T> {
  readonly value: T;
  /** Names this state of the outside, such as an ETag; another state has another name. */
  readonly version: string;
}

export type RefreshEvent =
  /** The value is now of this version; `from` is null for the first. */
  | { readonly kind: 'taken'; readonly from: string | null; readonly version: string }
  /** Loading or accepting failed; told again only when the message is another. */
  | { readonly kind: 'refused'; readonly message: string }
  /** What was refused before is gone: the outside has the version that stayed in use. */
  | { readonly kind: 'recovered'; readonly version: string };

export interface RefreshOptions<T> {
  /**
   * Loads the value. `known` is the version that is in use, null before the first: null may be given back where the outside still
   * has that one.
   */
  readonly load: (known: string | null) => Promise<Loaded<T> | null>;
  /** Asked before a value is taken; what it throws refuses the value. Not asked for the first one. */
  readonly accept: (value: T) => Promise<void>;
  /** How old a value may become before it is loaded again, in ms. */
  readonly ttlMs: number;
  /** A clock that never goes back, in ms. */
  readonly nowMs: () => number;
  readonly onEvent: (event: RefreshEvent) => void;
}

/** How a refreshed value stands. Counters never go back. */
export interface RefreshStatus {
  readonly version: string;
  /** Since the outside was last seen to have the value in use, in ms. */
  readonly ageMs: number;
  readonly refreshes: number;
  readonly refusals: number;
  /** Why the last attempt failed; null where it did not. */
  readonly error: string | null;
}

export class Refreshed<T> {
  readonly #options: RefreshOptions<T>;
  #current: Loaded<T>;
  #seenMs: number;
  #triedMs: number;
  #refreshes = 0;
  #refusals = 0;
  #error: string | null = null;
  #running: Promise<void> | null = null;

  private constructor(options: RefreshOptions<T>, first: Loaded<T>, isStale: boolean) {
    this.#options = options;
    this.#current = first;
    this.#triedMs = options.nowMs();
    // A value that was kept from an earlier run is as old as can be.
    this.#seenMs = isStale ? Number.NEGATIVE_INFINITY : this.#triedMs;
    options.onEvent({ kind: 'taken', from: null, version: first.version });
  }

  /**
   * Loads the first value.
   * @param kept a value to start with where loading fails; the outside is asked again when the TTL has passed
   * @throws what `load` threw, where nothing was kept
   */
  static async open<T>(
    options: RefreshOptions<T>,
    kept: Loaded<T> | null = null,
  ): Promise<Refreshed<T>> {
    try {
      const first = await options.load(null);
      assert(first !== null, 'load: a value, where none is known');
      return new Refreshed(options, first, false);
    } catch (error) {
      if (kept === null) throw error;
      const refreshed = new Refreshed(options, kept, true);
      refreshed.#refuse(error);
      return refreshed;
    }
  }

  get value(): T {
    return this.#current.value;
  }

  /** Loads again if the TTL has passed since the last attempt. Never rejects; one attempt runs at a time. */
  async refreshIfDue(): Promise<void> {
    if (this.#options.nowMs() - this.#triedMs >= this.#options.ttlMs) await this.refresh();
  }

  /** Loads again now. Never rejects. */
  refresh(): Promise<void> {
    this.#running ??= this.#refresh().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  status(): RefreshStatus {
    return {
      version: this.#current.version,
      ageMs: this.#options.nowMs() - this.#seenMs,
      refreshes: this.#refreshes,
      refusals: this.#refusals,
      error: this.#error,
    };
  }

  async #refresh(): Promise<void> {
    const { load, accept, nowMs, onEvent } = this.#options;
    this.#triedMs = nowMs();
    this.#refreshes++;
    try {
      const loaded = await load(this.#current.version);
      if (loaded !== null && loaded.version !== this.#current.version) {
        await accept(loaded.value);
        const from = this.#current.version;
        this.#current = loaded;
        onEvent({ kind: 'taken', from, version: loaded.version });
      } else if (this.#error !== null) {
        onEvent({ kind: 'recovered', version: this.#current.version });
      }
      this.#seenMs = nowMs();
      this.#error = null;
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    const message = messageOf(error);
    this.#refusals++;
    if (message !== this.#error) this.#options.onEvent({ kind: 'refused', message });
    this.#error = message;
  }
}
