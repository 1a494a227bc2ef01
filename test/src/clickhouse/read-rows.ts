/** Everything that a source gives, as plain rows. */
import { MetricDictionary, type DeadLetter, type Source, type TimeRange } from '@windrow/core';

export interface ReadRow {
  readonly id: string;
  readonly ms: number;
  readonly value: number;
}

export interface ReadResult {
  readonly rows: ReadRow[];
  readonly letters: DeadLetter[];
}

export async function readRows(
  source: Source,
  options: {
    readonly range?: TimeRange;
    readonly dictionary?: MetricDictionary;
    /** Waits after each batch. */
    readonly between?: () => Promise<void>;
  } = {},
): Promise<ReadResult> {
  const { range = null, dictionary = new MetricDictionary(), between } = options;
  const result: ReadResult = { rows: [], letters: [] };
  const reject = (letter: DeadLetter): void => void result.letters.push(letter);
  for (const split of await source.splits(range)) {
    for await (const batch of source.read(split, { dictionary, range, reject })) {
      for (let i = 0; i < batch.length; i++) {
        const slot = batch.slots[i]!;
        result.rows.push({
          id: slot < 0 ? 'unknown' : dictionary.text(slot),
          ms: batch.timestampsMs[i]!,
          value: batch.values[i]!,
        });
      }
      await between?.();
    }
  }
  return result;
}

/** One text a row, in ascending order; -0 differs from 0. */
export function sortedKeys(rows: readonly ReadRow[]): string[] {
  return rows
    .map(({ id, ms, value }) => `${id} ${ms} ${Object.is(value, -0) ? '-0' : value}`)
    .toSorted();
}
