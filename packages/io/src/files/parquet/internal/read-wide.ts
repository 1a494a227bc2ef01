/** The cells of one row group in the wide form, row by row; a null cell is no sample. */
import { SampleColumns, type ReadOptions, type SampleBatch } from '@windrow/core';
import { quarantined } from '../../internal/damage.ts';
import { timestampFault } from '../../internal/settle-rows.ts';
import { BATCH_ROWS } from '../../sample-file.ts';
import type { WideLayout } from './layout.ts';
import { lostRows, openNumbers, type OpenGroup } from './read-long.ts';

/** Some rows of every column, and which cells are there. */
interface Block {
  readonly rows: number;
  readonly times: Float64Array;
  /** By metric, then row. */
  readonly values: readonly Float64Array[];
  readonly present: readonly Uint8Array[];
}

/** Gives batches until the group ends or cannot be read any further, of which one dead letter tells. */
export async function* readWide(
  group: OpenGroup,
  layout: WideLayout,
  options: ReadOptions,
): AsyncGenerator<SampleBatch> {
  const { rowCount, firstRow } = group.place;
  if (rowCount === 0) return;
  const { metrics } = layout;
  const slots = Int32Array.from(metrics, (metric) => options.dictionary.intern(metric.metricId));
  const times = openNumbers(group, layout.time);
  const columns = metrics.map((metric) => openNumbers(group, metric));
  const rows = Math.min(rowCount, Math.max(1, Math.floor(BATCH_ROWS / metrics.length)));
  const block: Block = {
    rows,
    times: new Float64Array(rows),
    values: metrics.map(() => new Float64Array(rows)),
    present: metrics.map(() => new Uint8Array(rows)),
  };
  const batch = new SampleColumns(options.dictionary, rows * metrics.length);
  for (let done = 0; done < rowCount;) {
    const asked = Math.min(rows, rowCount - done);
    let count = await times.fill(block.times, asked);
    for (const [c, column] of columns.entries()) {
      count = Math.min(count, await column.fill(block.values[c]!, asked, block.present[c]));
    }
    rejectRows(group, block, count, firstRow + done, options);
    turn(block, count, slots, batch);
    if (batch.length > 0) yield batch;
    done += count;
    if (count < asked) {
      const damages = new Map([['timestamp_ms', times.damage]]);
      for (const [c, column] of columns.entries()) damages.set(metrics[c]!.name, column.damage);
      options.reject(lostRows(group, done, Object.fromEntries(damages)));
      return;
    }
  }
}

/** Sets rows without a time aside: all their cells become absent. */
function rejectRows(
  group: OpenGroup,
  block: Block,
  count: number,
  firstRow: number,
  options: ReadOptions,
): void {
  for (let row = 0; row < count; row++) {
    const fault = timestampFault(block.times[row]!);
    if (fault === null) continue;
    options.reject(quarantined(group.file, firstRow + row, fault));
    for (const present of block.present) present[row] = 0;
  }
}

/** Columns of metrics to rows of samples. */
function turn(block: Block, count: number, slots: Int32Array, batch: SampleColumns): void {
  batch.length = 0;
  const { times, values, present } = block;
  for (let row = 0; row < count; row++) {
    for (let c = 0; c < slots.length; c++) {
      if (present[c]![row] === 1) batch.push(slots[c]!, times[row]!, values[c]![row]!);
    }
  }
}
