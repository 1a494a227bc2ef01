/** The last look at a batch that was filled column by column: rows that are no samples are taken out of it. */
import { INVALID_SLOT, TIMESTAMP_MS_MAX, type SampleColumns } from '@windrow/core';
import type { DeadLetter } from '@windrow/core';
import { quarantined } from './damage.ts';
import type { InvalidIds } from './invalid-ids.ts';

/** Where the rows of a batch come from. */
export interface RowOrigin {
  /** File, for dead letters. */
  readonly source: string;
  readonly invalidIds: InvalidIds;
  readonly reject: (letter: DeadLetter) => void;
}

/**
 * Sets `columns.length` to the samples among its first `count` rows, in their order. A slot at or below `INVALID_SLOT` is
 * no id; a timestamp that is NaN is null, and one beyond TIMESTAMP_MS_MAX is out of bounds. So is a time of arrival, where there is
 * a column for it.
 * @param firstRow 1-based number of the batch's first row
 */
export function settleRows(
  columns: SampleColumns,
  count: number,
  firstRow: number,
  origin: RowOrigin,
): void {
  const { slots, timestampsMs, arrivalsMs } = columns;
  let bad = 0;
  for (let i = 0; i < count; i++) {
    const ok = slots[i]! > INVALID_SLOT && Math.abs(timestampsMs[i]!) <= TIMESTAMP_MS_MAX;
    bad += ok ? 0 : 1;
  }
  if (arrivalsMs !== undefined) {
    for (let i = 0; i < count; i++) bad += Math.abs(arrivalsMs[i]!) <= TIMESTAMP_MS_MAX ? 0 : 1;
  }
  columns.length = count;
  if (bad > 0) takeOut(columns, firstRow, origin);
}

function takeOut(columns: SampleColumns, firstRow: number, origin: RowOrigin): void {
  const { slots, timestampsMs, values, arrivalsMs } = columns;
  let kept = 0;
  for (let i = 0; i < columns.length; i++) {
    const slot = slots[i]!;
    const timestampMs = timestampsMs[i]!;
    const arrivalMs = arrivalsMs?.[i];
    const reason = faultOf(slot, timestampMs, origin.invalidIds) ?? arrivalFault(arrivalMs);
    if (reason !== null) {
      origin.reject(quarantined(origin.source, firstRow + i, reason));
      continue;
    }
    slots[kept] = slot;
    timestampsMs[kept] = timestampMs;
    values[kept] = values[i]!;
    if (arrivalMs !== undefined) arrivalsMs![kept] = arrivalMs;
    kept++;
  }
  columns.length = kept;
}

function faultOf(slot: number, timestampMs: number, invalidIds: InvalidIds): string | null {
  if (slot <= INVALID_SLOT) return `metric_id: found ${invalidIds.found(slot)}, expected a UUID`;
  return timestampFault(timestampMs);
}

/** What is wrong with a time of arrival in ms, or null where nothing is, or nobody asked for it. */
export function arrivalFault(arrivalMs: number | undefined): string | null {
  if (arrivalMs === undefined || Math.abs(arrivalMs) <= TIMESTAMP_MS_MAX) return null;
  return 'the time of arrival: found none, expected integer milliseconds since 1970, or a time';
}

/** What is wrong with a timestamp in ms, or null where nothing is; NaN stands for a null. */
export function timestampFault(timestampMs: number): string | null {
  if (Math.abs(timestampMs) <= TIMESTAMP_MS_MAX) return null;
  const what = Number.isNaN(timestampMs) ? 'null' : String(timestampMs);
  return `timestamp_ms: found ${what}, expected integer milliseconds since 1970 within ±${TIMESTAMP_MS_MAX}`;
}
