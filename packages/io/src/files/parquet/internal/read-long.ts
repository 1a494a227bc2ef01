/** The rows of one row group in the long form. */
import type { FileHandle } from 'node:fs/promises';
import { SampleColumns, type ReadOptions, type SampleBatch } from '@windrow/core';
import { quarantined } from '../../internal/damage.ts';
import { InvalidIds } from '../../internal/invalid-ids.ts';
import { settleRows } from '../../internal/settle-rows.ts';
import { BATCH_ROWS } from '../../sample-file.ts';
import { ChunkPages } from './chunk-pages.ts';
import { ColumnCursor, type ValueDecoder } from './column-cursor.ts';
import type { Footer, GroupPlace } from './footer.ts';
import { chunkPlace } from './group-columns.ts';
import { IdDecoder } from './id-decoder.ts';
import type { LongLayout, NumberColumn } from './layout.ts';
import { NumberDecoder } from './number-decoder.ts';
import type { SchemaElement } from 'hyparquet/src/types.js';

/** A row group of an open file. */
export interface OpenGroup {
  readonly handle: FileHandle;
  /** For messages. */
  readonly file: string;
  readonly footer: Footer;
  readonly place: GroupPlace;
}

/** Gives batches until the group ends or cannot be read any further, of which one dead letter tells. */
export async function* readLong(
  group: OpenGroup,
  layout: LongLayout,
  options: ReadOptions,
): AsyncGenerator<SampleBatch> {
  const { rowCount, firstRow } = group.place;
  if (rowCount === 0) return;
  const invalidIds = new InvalidIds();
  const origin = { source: group.file, invalidIds, reject: options.reject };
  const idDecoder = new IdDecoder(layout.id.form, options.dictionary, invalidIds);
  const ids = openCursor(group, layout.id.name, layout.id.element, idDecoder);
  const times = openNumbers(group, layout.time);
  const values = openNumbers(group, layout.value);
  const batch = new SampleColumns(options.dictionary, Math.min(rowCount, BATCH_ROWS));
  for (let done = 0; done < rowCount;) {
    const asked = Math.min(batch.capacity, rowCount - done);
    const count = Math.min(
      await ids.fill(batch.slots, asked),
      await times.fill(batch.timestampsMs, asked),
      await values.fill(batch.values, asked),
    );
    settleRows(batch, count, firstRow + done, origin);
    if (batch.length > 0) yield batch;
    done += count;
    if (count < asked) {
      const damages = { metric_id: ids.damage, timestamp_ms: times.damage, value: values.damage };
      options.reject(lostRows(group, done, damages));
      return;
    }
  }
}

/** A cursor over one column of a group. */
export function openCursor<Column extends Int32Array | Float64Array>(
  group: OpenGroup,
  name: string,
  element: SchemaElement,
  decoder: ValueDecoder<Column>,
): ColumnCursor<Column> {
  const pages = new ChunkPages(group.handle, chunkPlace(group.footer, group.place, name));
  const nullable = element.repetition_type !== 'REQUIRED';
  return new ColumnCursor(pages, decoder, { nullable, file: group.file });
}

/** The same for a column of numbers. */
export function openNumbers(group: OpenGroup, column: NumberColumn): ColumnCursor<Float64Array> {
  return openCursor(
    group,
    column.name,
    column.element,
    new NumberDecoder(column.kind, column.name),
  );
}

/** Tells that rows of a group are lost from the `done`-th on. */
export function lostRows(
  group: OpenGroup,
  done: number,
  damages: Readonly<Record<string, string | null>>,
): ReturnType<typeof quarantined> {
  const { rowCount, firstRow } = group.place;
  const what = Object.entries(damages).flatMap(([name, damage]) =>
    damage === null ? [] : [`column ${name}: ${damage}`],
  );
  const last = firstRow + rowCount - 1;
  return quarantined(
    group.file,
    firstRow + done,
    `rows ${firstRow + done} to ${last} cannot be read (${rowCount - done} rows of a row group): ${what.join('; ')}`,
  );
}
