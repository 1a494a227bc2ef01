/** What stops a reader in the middle of a file: bytes that are not what their format demands. */
import { messageOf, WindrowError, type DeadLetter } from '@windrow/core';

/** Thrown inside the file readers only; it becomes a dead letter before it leaves them. */
export class Damage extends Error {}

/**
 * The text of what stopped a reader. Libraries throw many kinds of errors for bytes that they cannot make sense of, and
 * all of them are damage; what the operating system refuses is not.
 * @throws WindrowError INPUT for an error of the operating system (permission, a disk that fails)
 */
export function damageOf(error: unknown, file: string): string {
  if (error instanceof WindrowError) throw error;
  if (error instanceof Error && 'syscall' in error) {
    throw new WindrowError('INPUT', `${file}: cannot be read: ${error.message}`, { cause: error });
  }
  return messageOf(error);
}

/**
 * A dead letter for the rest of a file.
 * @param row 1-based number of the first row that could not be read; null where none could
 * @param unit what the format's rows are called
 */
export function lostFrom(
  source: string,
  row: number | null,
  unit: 'row' | 'line' | 'record',
  reason: string,
): DeadLetter {
  const what =
    row === null
      ? 'nothing of the file can be read'
      : `the file cannot be read from ${unit} ${row} on`;
  return quarantined(source, row, `${what}: ${reason}`);
}

const RAW_MAX = 300;

/** A row as it was found, cut for a dead letter. */
function cutRaw(text: string): string {
  return text.length > RAW_MAX ? `${text.slice(0, RAW_MAX)}...` : text;
}

/** A dead letter for one row that is no sample, or (`row` null) for a whole file. */
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
