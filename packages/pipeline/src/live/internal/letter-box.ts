/**
 * Dead letters on their way to their sink. Each has a number, 0, 1, 2, ... in the order of the inputs they came from, which a
 * restart gives again, so that letters which the sink has are not sent twice. Letters about refused predictions have none: they
 * are asked for one by one, by the sink that refused.
 */
import { assert, messageOf, type DeadLetter, type LiveSink, type LiveStatus } from '@windrow/core';
import type { LiveClock } from '../live-clock.ts';
import { untilDone } from './backoff.ts';
import { Wakeup } from './wakeup.ts';

/** Letters that the sink is given at once. */
const BATCH_MAX = 500;
/** Letters that are kept for people. */
const SHOWN_MAX = 20;

interface RefusedLetters {
  readonly letters: readonly DeadLetter[];
  readonly done: () => void;
}

export interface LetterBoxParts {
  readonly sink: LiveSink<readonly DeadLetter[]> | null;
  readonly clock: LiveClock;
  readonly signal: AbortSignal;
  /** Some were published. */
  readonly onProgress: () => void;
  readonly onLetter: (letter: DeadLetter) => void;
  readonly onFailure: (message: string) => void;
}

export class LetterBox {
  readonly #parts: LetterBoxParts;
  readonly #wakeup: Wakeup;
  readonly #shown: DeadLetter[] = [];
  /** Those from number `#published` on, but for such as are known to be published. */
  #waiting: DeadLetter[] = [];
  #refused: RefusedLetters[] = [];
  #count = 0;
  #published = 0;
  #released = 0;

  constructor(parts: LetterBoxParts) {
    this.#parts = parts;
    this.#wakeup = new Wakeup(parts.clock);
  }

  /** How many there were. */
  get count(): number {
    return this.#count;
  }

  /** Letters below this number are with the sink. */
  get published(): number {
    return this.#published;
  }

  get backlog(): number {
    return this.#waiting.length + this.#refused.length;
  }

  get waiting(): readonly DeadLetter[] {
    return this.#waiting;
  }

  /** The last few. */
  get shown(): readonly DeadLetter[] {
    return this.#shown;
  }

  get status(): LiveStatus | null {
    return this.#parts.sink?.status() ?? null;
  }

  get hasSink(): boolean {
    return this.#parts.sink !== null;
  }

  /** Takes the next letter. */
  take(letter: DeadLetter): void {
    this.#count++;
    if (this.#parts.sink === null) this.#published = this.#count;
    else if (this.#count > this.#published) this.#waiting.push(letter);
    this.#show(letter);
  }

  /** Letters below this number may leave. */
  release(end: number): void {
    this.#released = Math.max(this.#released, end);
    this.#wakeup.wake();
  }

  /** Resolves when the sink has letters about predictions that were refused. There is a sink. */
  refuse(letters: readonly DeadLetter[]): Promise<void> {
    assert(this.#parts.sink !== null, 'somebody takes them');
    for (const letter of letters) this.#show(letter);
    return new Promise((done) => {
      this.#refused.push({ letters, done });
      this.#wakeup.wake();
    });
  }

  /** As a checkpoint has it. */
  restore(saved: {
    readonly count: number;
    readonly published: number;
    readonly waiting: readonly DeadLetter[];
  }): void {
    this.#count = saved.count;
    const isTaken = this.#parts.sink !== null;
    this.#published = isTaken ? saved.published : saved.count;
    this.#waiting = isTaken ? [...saved.waiting] : [];
    this.#released = saved.count;
  }

  /** Letters below this number are known to be with the sink. */
  publishedUpTo(end: number): void {
    if (this.#parts.sink === null || end <= this.#published) return;
    const known = Math.min(this.#waiting.length, end - this.#published);
    this.#waiting.splice(0, known);
    this.#published = end;
  }

  /** Publishes until `signal` is aborted. */
  async loop(): Promise<void> {
    const { sink, signal } = this.#parts;
    if (sink === null) return;
    while (!signal.aborted) {
      const refused = this.#refused[0];
      const ready = Math.min(this.#released - this.#published, this.#waiting.length, BATCH_MAX);
      if (refused !== undefined) {
        if (!(await this.#publish(sink, refused.letters))) return;
        this.#refused.shift();
        refused.done();
      } else if (ready > 0) {
        if (!(await this.#publish(sink, this.#waiting.slice(0, ready)))) return;
        this.#waiting.splice(0, ready);
        this.#published += ready;
      } else {
        await this.#wakeup.wait(Number.POSITIVE_INFINITY);
        continue;
      }
      this.#parts.onProgress();
    }
  }

  /** Lets the loop see that the signal was aborted. */
  end(): void {
    this.#wakeup.end();
  }

  async #publish(
    sink: LiveSink<readonly DeadLetter[]>,
    letters: readonly DeadLetter[],
  ): Promise<boolean> {
    const { clock, signal, onFailure } = this.#parts;
    const done = await untilDone(
      async () => {
        await sink.publish(letters);
        return true;
      },
      clock,
      signal,
      (error) => onFailure(messageOf(error)),
    );
    return done === true;
  }

  #show(letter: DeadLetter): void {
    if (this.#shown.length === SHOWN_MAX) this.#shown.shift();
    this.#shown.push(letter);
    this.#parts.onLetter(letter);
  }
}
