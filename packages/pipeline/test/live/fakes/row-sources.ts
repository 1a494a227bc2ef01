/** Sources over rows in memory: one that is read by position, as a file; one that remembers what was acknowledged, as a queue does. */
import {
  SampleColumns,
  type DeadLetter,
  type Delivery,
  type LiveReadOptions,
  type LiveSource,
  type LiveStatus,
} from '@windrow/core';
import type { World } from './world.ts';

export interface Row {
  readonly id: string;
  readonly timestampMs: number;
  readonly value: number;
}

/** Rows that come together, after a while. */
export interface Message {
  readonly afterMs: number;
  readonly rows: readonly Row[];
  readonly rejects?: readonly DeadLetter[];
}

/** A message in a batch that is used again for the next one. */
function fill(columns: SampleColumns, rows: readonly Row[]): void {
  columns.length = 0;
  for (const { id, timestampMs, value } of rows) {
    columns.push(columns.dictionary.intern(id), timestampMs, value);
  }
}

const CAPACITY = 4096;

export class FileLikeSource implements LiveSource {
  readonly uri: string;
  state: LiveStatus['state'] = 'ready';
  acknowledged = 0;
  delivered = 0;
  closed = 0;
  readonly #world: World;
  readonly #messages: readonly Message[];
  /** Thrown instead of what would come at that message. */
  failsAt: { readonly message: number; readonly error: Error } | null = null;

  constructor(world: World, messages: readonly Message[], uri: string = 'memory:file') {
    this.#world = world;
    this.#messages = messages;
    this.uri = uri;
  }

  async *deliveries(options: LiveReadOptions): AsyncGenerator<Delivery> {
    const columns = new SampleColumns(options.dictionary, CAPACITY);
    const first = Number(options.resumeAt ?? 0);
    for (let i = first; i < this.#messages.length; i++) {
      const { afterMs, rows, rejects } = this.#messages[i]!;
      await this.#world.step();
      if (this.failsAt?.message === i) throw this.failsAt.error;
      if (afterMs > 0) await this.#world.sleep(afterMs, options.signal);
      if (options.signal.aborted) return;
      for (const letter of rejects ?? []) options.reject(letter);
      fill(columns, rows);
      this.delivered++;
      yield { batch: columns, sequence: this.delivered, position: String(i + 1) };
    }
  }

  async acknowledge(sequence: number): Promise<void> {
    await this.#world.step();
    this.acknowledged = sequence;
  }

  status(): LiveStatus {
    return { uri: this.uri, state: this.state, error: null, counters: {} };
  }

  close(): Promise<void> {
    this.closed++;
    return Promise.resolve();
  }
}

/** What the server of a queue holds: outlives worlds. */
export interface Queue {
  readonly unacknowledged: Set<Message>;
}

export function queueOf(messages: readonly Message[]): Queue {
  return { unacknowledged: new Set(messages) };
}

/** Delivers what is not acknowledged: in order the first time, in disorder after a restart. It ends when nothing is left. */
export class QueueLikeSource implements LiveSource {
  readonly uri: string = 'memory:queue';
  readonly #world: World;
  readonly #queue: Queue;
  readonly #order: (messages: Message[]) => Message[];
  readonly #bySequence: Message[] = [];
  #acknowledged = 0;

  constructor(world: World, queue: Queue, order: (messages: Message[]) => Message[]) {
    this.#world = world;
    this.#queue = queue;
    this.#order = order;
  }

  async *deliveries(options: LiveReadOptions): AsyncGenerator<Delivery> {
    const columns = new SampleColumns(options.dictionary, CAPACITY);
    for (const message of this.#order([...this.#queue.unacknowledged])) {
      await this.#world.step();
      if (message.afterMs > 0) await this.#world.sleep(message.afterMs, options.signal);
      if (options.signal.aborted) return;
      for (const letter of message.rejects ?? []) options.reject(letter);
      fill(columns, message.rows);
      this.#bySequence.push(message);
      yield { batch: columns, sequence: this.#bySequence.length, position: null };
    }
  }

  async acknowledge(sequence: number): Promise<void> {
    await this.#world.step();
    for (; this.#acknowledged < sequence; this.#acknowledged++) {
      this.#queue.unacknowledged.delete(this.#bySequence[this.#acknowledged]!);
    }
    await this.#world.step();
  }

  status(): LiveStatus {
    return { uri: this.uri, state: 'ready', error: null, counters: {} };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
