/**
 * The samples of a bounded source in order of arrival: as its rows stand, or by a column with the time of arrival. With a
 * column they are sorted in slices of arrival, which wait in memory up to a budget and in temporary files beyond.
 */
import {
  SampleColumns,
  WindrowError,
  type DeadLetter,
  type MetricDictionary,
  type SampleBatch,
  type TimeRange,
} from '@windrow/core';
import { LaterSamples } from '@windrow/pipeline';
import type { PassOptions } from './collect-windows.ts';

export interface ArrivalOptions {
  readonly dictionary: MetricDictionary;
  readonly range: TimeRange;
  /** null: rows arrived in their order. */
  readonly arrivalColumn: string | null;
}

export interface Arrivals {
  /** Valid until the next one is asked for. */
  readonly batches: AsyncIterable<SampleBatch>;
  /** Rows that could not be read, so far. */
  readonly letters: { readonly first: readonly DeadLetter[]; readonly count: number };
}

const SLICE_MS = 60_000;
/** Samples that wait in memory, of each of two columns. */
const WAITING_ROWS = 1 << 20;
const FIRST_MAX = 20;

export function inOrderOfArrival(pass: PassOptions, options: ArrivalOptions): Arrivals {
  const letters = new Letters(pass);
  const rows = inOrderOfRows(pass, options, letters);
  const { arrivalColumn } = options;
  return {
    batches:
      arrivalColumn === null ? rows : sorted(rows, pass, { ...options, arrivalColumn }, letters),
    letters,
  };
}

class Letters {
  readonly first: DeadLetter[] = [];
  count = 0;
  readonly #pass: PassOptions;
  #waiting: DeadLetter[] = [];

  constructor(pass: PassOptions) {
    this.#pass = pass;
  }

  readonly take = (letter: DeadLetter): void => {
    this.count++;
    if (this.first.length < FIRST_MAX) this.first.push(letter);
    if (this.#pass.deadLetters !== null) this.#waiting.push(letter);
    if (this.#pass.strict) {
      throw new WindrowError('INPUT', `strict: refused ${letter.source}: ${letter.reason}`);
    }
  };

  async deliver(): Promise<void> {
    if (this.#waiting.length === 0) return;
    await this.#pass.deadLetters?.write(this.#waiting);
    this.#waiting = [];
  }
}

async function* inOrderOfRows(
  { source, onProgress }: PassOptions,
  { dictionary, range, arrivalColumn }: ArrivalOptions,
  letters: Letters,
): AsyncGenerator<SampleBatch> {
  let samples = 0;
  let sizeBytes = 0;
  const splits = await source.splits(range);
  const sizeBytesTotal = splits.reduce((sum, split) => sum + split.sizeBytes, 0);
  for (const split of splits) {
    const columns = arrivalColumn === null ? {} : { arrivalColumn };
    const reading = source.read(split, { dictionary, range, reject: letters.take, ...columns });
    for await (const batch of reading) {
      yield batch;
      samples += batch.length;
      onProgress?.({
        samples,
        samplesTotal: null,
        sizeBytes,
        sizeBytesTotal,
        predictions: 0,
        watermarkMs: Number.NEGATIVE_INFINITY,
      });
      await letters.deliver();
    }
    sizeBytes += split.sizeBytes;
  }
  await letters.deliver();
}

/** Times and values wait in two columns that are put and taken in the same way, keyed by the time of arrival. */
async function* sorted(
  rows: AsyncIterable<SampleBatch>,
  pass: PassOptions,
  { dictionary, arrivalColumn }: ArrivalOptions & { readonly arrivalColumn: string },
  letters: Letters,
): AsyncGenerator<SampleBatch> {
  const options = { sliceMs: SLICE_MS, rowsMax: WAITING_ROWS };
  const times = new LaterSamples(dictionary, pass.spill, options);
  const values = new LaterSamples(dictionary, pass.spill, options);
  for await (const batch of rows) {
    const { arrivalsMs } = batch;
    if (arrivalsMs === undefined) {
      throw new WindrowError(
        'USAGE',
        `${pass.source.uri}: this source gives no time of arrival (column ${arrivalColumn}); leave --arrival away where its rows stand in order of arrival`,
      );
    }
    for (let i = 0; i < batch.length; i++) {
      times.put(batch.slots[i]!, arrivalsMs[i]!, batch.timestampsMs[i]!);
      values.put(batch.slots[i]!, arrivalsMs[i]!, batch.values[i]!);
    }
    await times.makeRoom();
    await values.makeRoom();
  }
  const [first] = letters.first;
  if (times.statistics.put === 0 && first !== undefined) {
    throw new WindrowError(
      'INPUT',
      `${first.source}: found no sample that can be read: ${first.reason}`,
    );
  }
  while (Number.isFinite(times.earliestMs)) yield await takeSlice(dictionary, times, values);
}

/** The rows of the earliest slice, by time of arrival, those of one time in their order. */
async function takeSlice(
  dictionary: MetricDictionary,
  times: LaterSamples,
  values: LaterSamples,
): Promise<SampleBatch> {
  const slots: number[] = [];
  const arrivals: number[] = [];
  const timestamps: number[] = [];
  const numbers: number[] = [];
  for await (const batch of times.take()) {
    for (let i = 0; i < batch.length; i++) {
      slots.push(batch.slots[i]!);
      arrivals.push(batch.timestampsMs[i]!);
      timestamps.push(batch.values[i]!);
    }
  }
  for await (const batch of values.take()) {
    for (let i = 0; i < batch.length; i++) numbers.push(batch.values[i]!);
  }
  const order = arrivals.map((_, i) => i).toSorted((a, b) => arrivals[a]! - arrivals[b]! || a - b);
  const columns = new SampleColumns(dictionary, order.length, { arrivals: true });
  for (const i of order) columns.push(slots[i]!, timestamps[i]!, numbers[i]!, arrivals[i]);
  return columns;
}
