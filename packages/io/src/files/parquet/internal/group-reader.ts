/** What reads the row groups of one Parquet file, one at a time: it keeps its buffers from group to group. */
import type { DeadLetter, MetricDictionary, SampleBatch } from '@windrow/core';
import type { RandomAccess } from '../../file-storage.ts';
import { quarantined } from '../../internal/damage.ts';
import { ColumnCursor } from './column-cursor.ts';
import type { Footer, GroupPlace } from './footer.ts';
import type { NumberColumn } from './layout.ts';
import { NumberDecoder } from './number-decoder.ts';

/** A row group of an open file. */
export interface OpenGroup {
  readonly handle: RandomAccess;
  /** For messages. */
  readonly file: string;
  readonly footer: Footer;
  readonly place: GroupPlace;
}

/** Reads groups of one layout into batches of one dictionary. */
export interface GroupReader {
  readonly dictionary: MetricDictionary;
  /** The column with the time of arrival that it reads too; undefined where it reads none. */
  readonly arrivalColumn: string | undefined;
  /** Gives batches until the group ends or cannot be read any further, of which one dead letter tells. */
  read(group: OpenGroup, reject: (letter: DeadLetter) => void): AsyncGenerator<SampleBatch>;
}

/** A cursor over a column of numbers. */
export function numberCursor(column: NumberColumn): ColumnCursor<Float64Array> {
  const nullable = column.element.repetition_type !== 'REQUIRED';
  return new ColumnCursor(new NumberDecoder(column.kind, column.name), nullable);
}

/** Tells that rows of a group are lost from the `done`-th on, and what is wrong with what. */
export function lostRows(
  group: OpenGroup,
  done: number,
  damages: readonly (readonly [what: string, damage: string | null])[],
): DeadLetter {
  const { rowCount, firstRow } = group.place;
  const what = damages.flatMap(([name, damage]) => (damage === null ? [] : [`${name}: ${damage}`]));
  const first = firstRow + done;
  const last = firstRow + rowCount - 1;
  const reason = `rows ${first} to ${last} cannot be read (${rowCount - done} rows of a row group): ${what.join('; ')}`;
  return quarantined(group.file, first, reason);
}
