/** Samples of which only their number is known: invalid ones, and ones that nobody asks for. */
import { SampleColumns, UNKNOWN_SLOT, type MetricDictionary } from '@windrow/core';

export function paddingBatch(
  dictionary: MetricDictionary,
  invalid: number,
  unrouted: number,
): SampleColumns {
  const batch = new SampleColumns(dictionary, invalid + unrouted);
  for (let i = 0; i < invalid; i++) batch.push(UNKNOWN_SLOT, 0, Number.NaN);
  for (let i = 0; i < unrouted; i++) batch.push(UNKNOWN_SLOT, 0, 0);
  return batch;
}
