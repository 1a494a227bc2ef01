/** Sources over samples in memory, for tests that reorder and split what files hold. */
import {
  SampleColumns,
  type MetricDictionary,
  type ReadOptions,
  type SampleBatch,
  type Source,
  type SourceSplit,
} from '@windrow/core';

export interface Rows {
  readonly ids: readonly string[];
  readonly timestampsMs: readonly number[];
  readonly values: readonly number[];
}

/** Every row of a source, in its order. Slots must be those of an open dictionary. */
export async function readAll(source: Source, dictionary: MetricDictionary): Promise<Rows> {
  const ids: string[] = [];
  const timestampsMs: number[] = [];
  const values: number[] = [];
  for (const split of await source.splits(null)) {
    const reject = (letter: { readonly reason: string }): void => {
      throw new Error(letter.reason);
    };
    for await (const batch of source.read(split, { dictionary, range: null, reject })) {
      for (let i = 0; i < batch.length; i++) {
        ids.push(dictionary.text(batch.slots[i]!));
        timestampsMs.push(batch.timestampsMs[i]!);
        values.push(batch.values[i]!);
      }
    }
  }
  return { ids, timestampsMs, values };
}

/** The same rows in another order. */
export function reordered(rows: Rows, order: readonly number[]): Rows {
  return {
    ids: order.map((i) => rows.ids[i]!),
    timestampsMs: order.map((i) => rows.timestampsMs[i]!),
    values: order.map((i) => rows.values[i]!),
  };
}

/** A source of these rows that says nothing of their times, in batches of the given sizes, over and over. */
export class MemorySource implements Source {
  readonly uri: string = 'memory:';
  readonly #rows: Rows;
  readonly #sizes: readonly number[];

  constructor(rows: Rows, sizes: readonly number[] = [65_536]) {
    this.#rows = rows;
    this.#sizes = sizes;
  }

  splits(): Promise<SourceSplit[]> {
    const rowCount = this.#rows.ids.length;
    return Promise.resolve([
      { sequence: 0, name: this.uri, sizeBytes: 0, rowCount, minMs: null, maxMs: null },
    ]);
  }

  async *read(_split: SourceSplit, options: ReadOptions): AsyncGenerator<SampleBatch> {
    const { ids, timestampsMs, values } = this.#rows;
    const columns = new SampleColumns(options.dictionary, Math.max(...this.#sizes));
    for (let from = 0, n = 0; from < ids.length; n++) {
      const to = Math.min(ids.length, from + this.#sizes[n % this.#sizes.length]!);
      columns.length = 0;
      for (; from < to; from++) {
        columns.push(options.dictionary.intern(ids[from]!), timestampsMs[from]!, values[from]!);
      }
      yield columns;
    }
    await Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A fixed shuffle of `0 .. length - 1` (a linear congruential generator under Fisher-Yates). */
export function shuffled(length: number, seed: number): number[] {
  const order = Array.from({ length }, (_, i) => i);
  let state = seed >>> 0;
  for (let i = length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const j = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
