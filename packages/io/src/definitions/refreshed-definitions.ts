/**
 * Definitions that are read again when their TTL has passed. A change is checked as a whole before it is taken; a bad one is refused
 * and the last good one kept. An empty start is an error, unless the last run left what it had on disk.
 */
import {
  Refreshed,
  messageOf,
  type Definition,
  type Loaded,
  type RefreshEvent,
} from '@windrow/core';
import { DefinitionsCache } from './definitions-cache.ts';
import { DefinitionsText, type TextReader } from './definitions-text.ts';
import { parseDefinitions } from './read-definitions.ts';

export type DefinitionsEvent =
  | RefreshEvent
  /** What was taken could not be kept on disk: it holds, but a restart while the URI is down would not have it. */
  | { readonly kind: 'not_kept'; readonly message: string };

export interface DefinitionsRefreshOptions {
  /** A path, `file:`, `http(s)://`, or a scheme of `readers`. */
  readonly uri: string;
  readonly ttlMs: number;
  /** A clock that never goes back, in ms. */
  readonly nowMs: () => number;
  /** Brings a change into effect; what it throws refuses the change. Not called for the first definitions. */
  readonly accept: (definitions: readonly Definition[]) => Promise<void>;
  readonly onEvent: (event: DefinitionsEvent) => void;
  /** File that keeps the last good ones for the next start; null: none. */
  readonly cacheFile: string | null;
  readonly readers?: Readonly<Record<string, TextReader>>;
}

/**
 * Reads the definitions for the first time.
 * @throws WindrowError DEFINITION where there are no good ones, neither at the URI nor kept; USAGE for an unknown scheme
 */
export async function openDefinitions(
  options: DefinitionsRefreshOptions,
): Promise<Refreshed<readonly Definition[]>> {
  const { uri, ttlMs, nowMs, onEvent, cacheFile } = options;
  const source = new DefinitionsText(uri, options.readers);
  const cache = cacheFile === null ? null : new DefinitionsCache(cacheFile, uri);
  /** The text that was read last: what is to be kept when it is taken. */
  let read: Loaded<string> | null = null;
  const keep = async (): Promise<void> => {
    if (cache === null || read === null) return;
    await cache.keep(read).catch((error: unknown) => {
      onEvent({ kind: 'not_kept', message: messageOf(error) });
    });
  };
  const definitions = await Refreshed.open<readonly Definition[]>(
    {
      load: async (known) => {
        const text = await source.load(known);
        if (text === null) return null;
        read = text;
        return { value: parseDefinitions(text.value, uri).definitions, version: text.version };
      },
      accept: async (value) => {
        await options.accept(value);
        await keep();
      },
      ttlMs,
      nowMs,
      onEvent,
    },
    await kept(cache, uri),
  );
  if (definitions.status().error === null) await keep();
  return definitions;
}

async function kept(
  cache: DefinitionsCache | null,
  uri: string,
): Promise<Loaded<readonly Definition[]> | null> {
  const text = (await cache?.load()) ?? null;
  if (text === null) return null;
  try {
    return { value: parseDefinitions(text.value, uri).definitions, version: text.version };
  } catch {
    // Kept by another version of Windrow, perhaps: as if there were none.
    return null;
  }
}
