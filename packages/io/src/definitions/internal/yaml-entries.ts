/** The entries of a definitions file in YAML 1.2: one sequence of mappings. */
import { WindrowError, messageOf, type RawEntry } from '@windrow/core';
import { parseDocument } from 'yaml';
import { numberedEntries } from './json-entries.ts';

/**
 * A key that is there twice is an error, and so are aliases that expand beyond measure.
 * @throws WindrowError DEFINITION with the line where the YAML breaks off
 */
export function parseYamlEntries(text: string, file: string): RawEntry[] {
  const document = parseDocument(text);
  const [fault] = document.errors;
  if (fault !== undefined) throw noYaml(file, fault);
  let value: unknown;
  try {
    value = document.toJS();
  } catch (error) {
    throw noYaml(file, error);
  }
  return numberedEntries(value, file);
}

function noYaml(file: string, error: unknown): WindrowError {
  return new WindrowError(
    'DEFINITION',
    `${file}: found no complete YAML: ${messageOf(error)}; expected a sequence of definitions`,
    { cause: error },
  );
}
