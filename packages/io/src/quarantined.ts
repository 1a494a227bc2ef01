/** Dead letters for what cannot be read as a sample. */
import type { DeadLetter } from '@windrow/core';

const RAW_MAX = 300;

/** A row as it was found, cut for a dead letter. */
function cutRaw(text: string): string {
  return text.length > RAW_MAX ? `${text.slice(0, RAW_MAX)}...` : text;
}

/** A dead letter for one row that is no sample, or (`row` null) for a whole file or message. */
export function quarantined(
  source: string,
  row: number | null,
  reason: string,
  raw: string | null = null,
): DeadLetter {
  return {
    heading: 'quarantined',
    source,
    row,
    reason,
    raw: raw === null ? null : cutRaw(raw),
  };
}
