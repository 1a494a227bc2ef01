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
const FILE_BYTES_MAX = 64 << 20;

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
 * Reads and checks a definitions file. The format follows from the extension (.json; .yaml .yml; .ndjson .jsonl), with
 * any other from the content.
 * @throws WindrowError DEFINITION naming the file and, a line for each fault, the entry (or the line), the field, what was
 *   found and what is expected
 */
export async function readDefinitions(path: string): Promise<DefinitionsFile> {
  const text = await readText(path);
  const format = extensions.find(([pattern]) => pattern.test(path))?.[1] ?? formatOfContent(text);
  return { definitions: checkDefinitions(parsers[format](text, path), path), format };
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > FILE_BYTES_MAX) {
      throw new WindrowError(
        'DEFINITION',
        `${path}: found ${size} bytes, expected a definitions file of at most ${FILE_BYTES_MAX}`,
      );
    }
    const text = await readFile(path, 'utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } catch (error) {
    if (error instanceof WindrowError) throw error;
    throw new WindrowError(
      'DEFINITION',
      `${path}: the definitions file cannot be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** An array is JSON, lines that begin with a brace are NDJSON, all else is YAML. */
function formatOfContent(text: string): DefinitionsFormat {
  const start = text.trimStart();
  if (start.startsWith('[')) return 'json';
  return start.startsWith('{') ? 'ndjson' : 'yaml';
}
