/**
 * A simulated world for a job: its time goes as fast as nothing else is to do, and it ends at a step of choice, as a process ends by
 * `kill -9`: whatever was being waited for never comes. What the outside held at that moment stays.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LiveClock } from '../../../src/index.ts';

interface Timer {
  readonly atMs: number;
  readonly ring: () => void;
}

/** Turns of the event loop after which nothing moves any more without time going on. */
const TURNS = 3;

export class World implements LiveClock {
  /** What happens to the outside, in order: each is a step at which the world may end. */
  steps = 0;
  readonly #startMs: number;
  readonly #endStep: number;
  readonly #timers: Set<Timer> = new Set();
  #ms = 0;
  #hasEnded = false;
  #end: () => void = () => undefined;
  /** Resolves when the world ends. */
  readonly ended: Promise<'killed'>;

  constructor(startMs: number, endStep: number = Number.POSITIVE_INFINITY) {
    this.#startMs = startMs;
    this.#endStep = endStep;
    this.ended = new Promise((resolve) => {
      this.#end = () => resolve('killed');
    });
  }

  wallMs(): number {
    return this.#startMs + this.#ms;
  }

  nowMs(): number {
    return this.#ms;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#hasEnded) return never();
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const timer: Timer = {
        atMs: this.#ms + ms,
        ring: () => {
          this.#timers.delete(timer);
          signal.removeEventListener('abort', timer.ring);
          resolve();
        },
      };
      this.#timers.add(timer);
      signal.addEventListener('abort', timer.ring);
    });
  }

  /** Something outside takes its time. */
  async takes(ms: number): Promise<void> {
    if (ms > 0) await this.sleep(ms, new AbortController().signal);
  }

  /** Something outside is about to happen, or has just happened: where the world may end. */
  async step(): Promise<void> {
    if (this.#hasEnded) await never();
    this.steps++;
    if (this.steps >= this.#endStep) {
      this.kill();
      await never();
    }
    await Promise.resolve();
  }

  /** Now. */
  kill(): void {
    this.#hasEnded = true;
    this.#end();
  }

  /** Lets time go on until `until` is settled or the world has ended. */
  async live<T>(until: Promise<T>): Promise<T | 'killed'> {
    const state = { isOver: false };
    const over = (): void => void (state.isOver = true);
    until.then(over, over);
    while (!state.isOver && !this.#hasEnded) {
      for (let turn = 0; turn < TURNS; turn++) await nextTurn();
      if (!state.isOver) this.#goOn();
    }
    return this.#hasEnded ? 'killed' : until;
  }

  #goOn(): void {
    let first: Timer | null = null;
    for (const timer of this.#timers) if (first === null || timer.atMs < first.atMs) first = timer;
    if (first === null) return;
    this.#ms = Math.max(this.#ms, first.atMs);
    first.ring();
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}

/** A fixed sequence of numbers from 0 to 1 (exclusive). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
