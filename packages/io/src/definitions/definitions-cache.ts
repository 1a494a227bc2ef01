/** The last good definitions on disk, so that a start while their URI is down goes on with what the last run had. */
import { readFile } from 'node:fs/promises';
import { WindrowError, messageOf, type Loaded } from '@windrow/core';
import { AtomicFile } from '../files/atomic-file.ts';

export class DefinitionsCache {
  readonly #path: string;
  readonly #uri: string;

  /** @param uri where the definitions come from: those of another one are not taken */
  constructor(path: string, uri: string) {
    this.#path = path;
    this.#uri = uri;
  }

  /** The text that was kept, or null where there is none of this URI. What is damaged counts as none. */
  async load(): Promise<Loaded<string> | null> {
    const text = await readFile(this.#path, 'utf8').catch(() => null);
    if (text === null) return null;
    const kept = parsed(text);
    if (typeof kept !== 'object' || kept === null) return null;
    const { uri, version, text: value } = kept as Record<string, unknown>;
    if (uri !== this.#uri || typeof version !== 'string' || typeof value !== 'string') return null;
    return { value, version };
  }

  /** @throws WindrowError OUTPUT where it cannot be written */
  async keep({ value, version }: Loaded<string>): Promise<void> {
    try {
      const file = await AtomicFile.create(this.#path);
      try {
        const json = JSON.stringify({ uri: this.#uri, version, text: value });
        await file.write(new TextEncoder().encode(json));
        await file.commit();
      } finally {
        await file.abort();
      }
    } catch (error) {
      throw new WindrowError(
        'OUTPUT',
        `${this.#path}: the definitions cannot be kept here: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
