/** Definitions from a file: a JSON array, YAML, or newline-delimited JSON. */
import { readFile, stat } from 'node:fs/promises';
import {
  WindrowError,
  checkDefinitions,
  messageOf,
  type Definition,
  type RawEntry,
} from '@windrow/core';
import { parseJsonEntries } from './internal/json-entries.ts';
import { parseNdjsonEntries } from './internal/ndjson-entries.ts';
import { parseYamlEntries } from './internal/yaml-entries.ts';

export type DefinitionsFormat = 'json' | 'yaml' | 'ndjson';

export interface DefinitionsFile {
  /** In the order of the file; at least one. */
  readonly definitions: Definition[];
  readonly format: DefinitionsFormat;
}

/** A file of definitions is a few kilobytes; what is larger is another file. */
export const DEFINITIONS_BYTES_MAX: number = 64 << 20;

const extensions: readonly (readonly [RegExp, DefinitionsFormat])[] = [
  [/\.json$/i, 'json'],
  [/\.ya?ml$/i, 'yaml'],
  [/\.(?:ndjson|jsonl)$/i, 'ndjson'],
];

const parsers: Readonly<Record<DefinitionsFormat, (text: string, file: string) => RawEntry[]>> = {
  json: parseJsonEntries,
  yaml: parseYamlEntries,
  ndjson: parseNdjsonEntries,
};

/**
 * Checks the text of a definitions file. The format follows from the extension of its name (.json; .yaml .yml; .ndjson .jsonl), with
 * any other from the content.
 * @param name path or URI, as messages name it
 * @throws WindrowError DEFINITION naming the file and, a line for each fault, the entry (or the line), the field, what was
 *   found and what is expected
 */
export function parseDefinitions(text: string, name: string): DefinitionsFile {
  const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const format = extensions.find(([pattern]) => pattern.test(name))?.[1] ?? formatOfContent(plain);
  return { definitions: checkDefinitions(parsers[format](plain, name), name), format };
}

/**
 * Reads and checks a definitions file.
 * @throws WindrowError DEFINITION as `parseDefinitions`, and where the file cannot be read
 */
export async function readDefinitions(path: string): Promise<DefinitionsFile> {
  return parseDefinitions(await readDefinitionsText(path), path);
}

/** @throws WindrowError DEFINITION where the file cannot be read, or is too large to be one */
export async function readDefinitionsText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > DEFINITIONS_BYTES_MAX) throw tooLarge(path, size);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof WindrowError) throw error;
    throw new WindrowError(
      'DEFINITION',
      `${path}: the definitions file cannot be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** What is said of a file of so many bytes. */
export function tooLarge(name: string, sizeBytes: number): WindrowError {
  return new WindrowError(
    'DEFINITION',
    `${name}: found ${sizeBytes} bytes, expected a definitions file of at most ${DEFINITIONS_BYTES_MAX}`,
  );
}

/** An array is JSON, lines that begin with a brace are NDJSON, all else is YAML. */
function formatOfContent(text: string): DefinitionsFormat {
  const start = text.trimStart();
  if (start.startsWith('[')) return 'json';
  return start.startsWith('{') ? 'ndjson' : 'yaml';
}
