/** Samples as a table, in the long form. */
import { WindrowError, type SampleBatch } from '@windrow/core';
import type { Table } from './table.ts';

export const sampleTable: Table<SampleBatch> = {
  rowCount: (batch) => batch.length,
  columns: [
    { name: 'metric_id', type: 'text', read: metricIdOf },
    { name: 'timestamp_ms', type: 'int64', read: (batch, row) => batch.timestampsMs[row]! },
    { name: 'value', type: 'float64', read: (batch, row) => batch.values[row]! },
  ],
};

function metricIdOf(batch: SampleBatch, row: number): string {
  const slot = batch.slots[row]!;
  if (slot < 0) {
    throw new WindrowError(
      'OUTPUT',
      `row ${row + 1} of a batch has a metric that its dictionary does not hold, and so no id to write`,
    );
  }
  return batch.dictionary.text(slot);
}
