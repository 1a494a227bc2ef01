/**
 * A bounded source as one that is read live: its splits in order, each batch a delivery. Positions name the split and the rows of it that
 * were delivered, so that a restart goes on behind them as long as the source is the same.
 */
import {
  SampleColumns,
  WindrowError,
  messageOf,
  type DeadLetter,
  type Delivery,
  type LiveReadOptions,
  type LiveSource,
  type LiveStatus,
  type SampleBatch,
  type Source,
  type SourceSplit,
} from '@windrow/core';

interface Position {
  /** Index of the split, its name, and how many of its rows were delivered. */
  readonly split: number;
  readonly name: string;
  readonly rows: number;
}

/** Closing it closes the source. */
export function finiteSource(source: Source): LiveSource {
  return new FiniteSource(source);
}

class FiniteSource implements LiveSource {
  readonly uri: string;
  readonly #source: Source;
  #state: LiveStatus['state'] = 'ready';
  #error: string | null = null;
  #sequence = 0;
  #acknowledged = 0;
  #samples = 0;

  constructor(source: Source) {
    this.uri = source.uri;
    this.#source = source;
  }

  async *deliveries(options: LiveReadOptions): AsyncGenerator<Delivery> {
    try {
      const splits = await this.#source.splits(null);
      const from = parsePosition(options.resumeAt, splits, this.uri);
      for (const [index, split] of splits.entries()) {
        if (index < from.split) continue;
        yield* this.#split(index, split, index === from.split ? from.rows : 0, options);
        if (options.signal.aborted) return;
      }
      this.#state = 'ended';
    } catch (error) {
      this.#state = 'failed';
      this.#error = messageOf(error);
      throw error;
    }
  }

  async *#split(
    index: number,
    split: SourceSplit,
    skipRows: number,
    options: LiveReadOptions,
  ): AsyncGenerator<Delivery> {
    const { dictionary, signal } = options;
    let rows = 0;
    let rejected = 0;
    const reject = (letter: DeadLetter): void => {
      // What was rejected before the position was told then.
      if (rows < skipRows) return;
      rejected++;
      options.reject(letter);
    };
    const deliver = (batch: SampleBatch): Delivery => {
      this.#samples += batch.length;
      rejected = 0;
      const position = JSON.stringify([index, rows, split.name]);
      return { batch, sequence: ++this.#sequence, position };
    };
    for await (const batch of this.#source.read(split, { dictionary, range: null, reject })) {
      const skip = Math.max(0, Math.min(batch.length, skipRows - rows));
      rows += batch.length;
      if (skip < batch.length || (batch.length === 0 && rows >= skipRows)) {
        yield deliver(skip === 0 ? batch : rowsFrom(batch, skip));
      }
      if (signal.aborted) return;
    }
    if (rejected > 0) yield deliver(new SampleColumns(dictionary, 0));
  }

  acknowledge(sequence: number): Promise<void> {
    this.#acknowledged = sequence;
    return Promise.resolve();
  }

  status(): LiveStatus {
    return {
      uri: this.uri,
      state: this.#state,
      error: this.#error,
      counters: {
        samples: this.#samples,
        unacknowledged: this.#sequence - this.#acknowledged,
      },
    };
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

function parsePosition(text: string | null, splits: readonly SourceSplit[], uri: string): Position {
  if (text === null) return { split: 0, name: '', rows: 0 };
  const [split, rows, name] = readJson(text);
  const isWhole = Number.isSafeInteger(split) && Number.isSafeInteger(rows);
  if (typeof split !== 'number' || typeof rows !== 'number' || !isWhole) {
    throw new WindrowError(
      'INPUT',
      `${uri}: found the position ${text}, expected [split, rows, name]; it is the position of another source`,
    );
  }
  const found = splits[split]?.name;
  if (found !== name) {
    throw new WindrowError(
      'INPUT',
      `${uri}: the checkpoint goes on in ${JSON.stringify(name)}, found ${JSON.stringify(found)} in its place; the source has changed since. Put it back, or begin with new checkpoints`,
    );
  }
  return { split, name: found ?? '', rows };
}

function readJson(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** The rows from `from` on; views. */
function rowsFrom(batch: SampleBatch, from: number): SampleBatch {
  return {
    dictionary: batch.dictionary,
    length: batch.length - from,
    slots: batch.slots.subarray(from, batch.length),
    timestampsMs: batch.timestampsMs.subarray(from, batch.length),
    values: batch.values.subarray(from, batch.length),
  };
}
