/** Samples of a source as one text a row, for comparison. */
import { MetricDictionary, type Source } from '@windrow/core';

/** `<metric id> <timestamp> <value>` of every row, in order. */
export async function rowsOf(source: Source): Promise<string[]> {
  const dictionary = new MetricDictionary();
  const rows: string[] = [];
  const reject = (letter: { readonly reason: string }): void => {
    throw new Error(letter.reason);
  };
  for (const split of await source.splits(null)) {
    for await (const batch of source.read(split, { dictionary, range: null, reject })) {
      for (let i = 0; i < batch.length; i++) {
        const id = dictionary.text(batch.slots[i]!);
        rows.push(`${id} ${batch.timestampsMs[i]} ${batch.values[i]}`);
      }
    }
  }
  await source.close();
  return rows;
}
