/** Reads simulations whole, as columns, for tests. */
import { createHash } from 'node:crypto';
import { MetricDictionary, type Source, type SourceSplit, type TimeRange } from '@windrow/core';

/** Samples in order of arrival; `names` are `<line id or metric id text>` by slot of the dictionary. */
export interface Samples {
  readonly dictionary: MetricDictionary;
  readonly slots: number[];
  readonly timestampsMs: number[];
  readonly values: number[];
}

/** Everything that a source gives, of all splits or of some. */
export async function readSamples(
  source: Source,
  splits?: readonly SourceSplit[],
  range: TimeRange | null = null,
): Promise<Samples> {
  const samples = { dictionary: new MetricDictionary(), slots: [], timestampsMs: [], values: [] };
  const { dictionary } = samples;
  const into: Samples = samples;
  const reject = (): void => {
    throw new Error('a simulation has no row that cannot be read');
  };
  for (const split of splits ?? (await source.splits(range))) {
    for await (const batch of source.read(split, { dictionary, range, reject })) {
      for (let i = 0; i < batch.length; i++) {
        into.slots.push(batch.slots[i]!);
        into.timestampsMs.push(batch.timestampsMs[i]!);
        into.values.push(batch.values[i]!);
      }
    }
  }
  return into;
}

/** Values of one metric by timestamp, in order of arrival. */
export function seriesOf(samples: Samples, metricId: string): Map<number, number> {
  const slot = samples.dictionary.intern(metricId);
  const series = new Map<number, number>();
  for (const [i, s] of samples.slots.entries()) {
    if (s === slot) series.set(samples.timestampsMs[i]!, samples.values[i]!);
  }
  return series;
}

/** SHA-256 of all rows: 16 bytes of id, timestamp and value in little-endian doubles. */
export function digestOf(samples: Samples): string {
  const hash = createHash('sha256');
  const row = new Uint8Array(32);
  const view = new DataView(row.buffer);
  for (const [i, slot] of samples.slots.entries()) {
    samples.dictionary.copyBytes(slot, row, 0);
    view.setFloat64(16, samples.timestampsMs[i]!, true);
    view.setFloat64(24, samples.values[i]!, true);
    hash.update(row);
  }
  return hash.digest('hex');
}
