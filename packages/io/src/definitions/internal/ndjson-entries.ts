/** The entries of a definitions file in newline-delimited JSON: an object a line. */
import { WindrowError, messageOf, type RawEntry } from '@windrow/core';

/**
 * Empty lines are skipped; entries are named by their physical line.
 * @throws WindrowError DEFINITION naming the first line that is no JSON
 */
export function parseNdjsonEntries(text: string, file: string): RawEntry[] {
  const entries: RawEntry[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `line ${index + 1}`;
    try {
      entries.push({ value: JSON.parse(line), where });
    } catch (error) {
      throw new WindrowError(
        'DEFINITION',
        `${file}: ${where}: found no complete JSON: ${messageOf(error)}; expected one definition a line`,
        { cause: error },
      );
    }
  }
  return entries;
}
