/** What stops a reader in the middle of a file: bytes that are not what their format demands. */
import { messageOf, WindrowError, type DeadLetter } from '@windrow/core';
import { quarantined } from '../../quarantined.ts';

export { quarantined };

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
