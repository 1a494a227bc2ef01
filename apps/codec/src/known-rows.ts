/** The rows of a batch whose metric is known. */
import { SampleColumns, type SampleBatch } from '@windrow/core';

/** The batch itself, or, where a closed dictionary does not hold some of its metrics, a copy of the other rows. */
export function knownRows(batch: SampleBatch): SampleBatch {
  const { length, dictionary, slots, timestampsMs, values } = batch;
  let known = 0;
  for (let row = 0; row < length; row++) if (slots[row]! >= 0) known++;
  if (known === length) return batch;
  const rows = new SampleColumns(dictionary, known);
  const from = new BigUint64Array(values.buffer, values.byteOffset, length);
  const to = new BigUint64Array(rows.values.buffer);
  for (let row = 0; row < length; row++) {
    if (slots[row]! < 0) continue;
    to[rows.length] = from[row]!;
    rows.slots[rows.length] = slots[row]!;
    rows.timestampsMs[rows.length] = timestampsMs[row]!;
    rows.length++;
  }
  return rows;
}
