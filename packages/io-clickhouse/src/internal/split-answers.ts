/**
 * Answers with the rows of splits. Each is held until it is whole, as long as it fits; and while one is handed over, the next one
 * may be on its way, so that the server and the reader work at the same time.
 *
 * Never in memory: more than two answers of `HELD_BYTES_MAX`.
 */
import type { Answer, Database, Settings } from './database.ts';
import { holdBytes } from './held-bytes.ts';
import type { Query } from './table-queries.ts';

/** An answer is held until it is whole up to this size. */
export const HELD_BYTES_MAX: number = 64 << 20;

export interface SplitAnswer {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly isWhole: boolean;
  /** Releases the connection, where the answer still has one. */
  close(): void;
}

/** What was asked for before it was needed. */
interface Ahead {
  readonly key: string;
  readonly coming: Promise<SplitAnswer>;
}

export class SplitAnswers {
  readonly #database: Database;
  readonly #settings: Settings;
  #ahead: Ahead | null = null;

  constructor(database: Database, settings: Settings) {
    this.#database = database;
    this.#settings = settings;
  }

  /** The answer to a query: the one that is on its way, if it is that. Throws what the client throws, and as `holdBytes`. */
  async take(query: Query): Promise<SplitAnswer> {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead?.key === keyOf(query)) return ahead.coming;
    if (ahead !== null) void release(ahead);
    return this.#fetch(query);
  }

  /** Asks for what will be taken next. */
  prepare(query: Query): void {
    void this.drop();
    const coming = this.#fetch(query);
    // Whoever takes it is told of what went wrong.
    coming.catch(() => undefined);
    this.#ahead = { key: keyOf(query), coming };
  }

  /** What is on its way is not needed. Resolves when it has come and was released. */
  async drop(): Promise<void> {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead !== null) await release(ahead);
  }

  async #fetch(query: Query): Promise<SplitAnswer> {
    const answer: Answer = await this.#database.send(query, this.#settings);
    try {
      const held = await holdBytes(answer.chunks, HELD_BYTES_MAX);
      if (held.isWhole) answer.close();
      return { ...held, close: () => answer.close() };
    } catch (error) {
      answer.close();
      throw error;
    }
  }
}

function release({ coming }: Ahead): Promise<void> {
  return coming.then((answer) => answer.close()).catch(() => undefined);
}

function keyOf({ sql, params }: Query): string {
  return `${sql} ${JSON.stringify(params)}`;
}
