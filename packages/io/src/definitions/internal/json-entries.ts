/** The entries of a definitions file in JSON: one array of objects. */
import { WindrowError, found, messageOf, type RawEntry } from '@windrow/core';

/**
 * @param file named in messages
 * @throws WindrowError DEFINITION with the place where the JSON breaks off
 */
export function parseJsonEntries(text: string, file: string): RawEntry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new WindrowError(
      'DEFINITION',
      `${file}: found no complete JSON: ${messageOf(error)} (the file has ${lineCount(text)} lines); expected a JSON array of definitions`,
      { cause: error },
    );
  }
  return numberedEntries(value, file);
}

function lineCount(text: string): number {
  return text.trimEnd().split('\n').length;
}

/** The elements of an array as entries. */
export function numberedEntries(value: unknown, file: string): RawEntry[] {
  if (!Array.isArray(value)) {
    throw new WindrowError(
      'DEFINITION',
      `${file}: found ${found(value)}, expected an array of definitions`,
    );
  }
  return value.map((entry: unknown, index) => ({ value: entry, where: `entry ${index + 1}` }));
}
