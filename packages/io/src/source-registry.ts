/** Sources by URI: which scheme is opened by what. */
import { WindrowError, type Source } from '@windrow/core';
import { fileSource } from './files/file-source.ts';
import { parseUri } from './uri.ts';

/** Opens a source of one scheme. It gets the whole URI. */
export type SourceFactory = (uri: string) => Source | Promise<Source>;

/**
 * Opens a source. A bare path is `file:`, which is always known.
 * @param factories by scheme, without the colon; they come before the known ones
 * @throws WindrowError USAGE for an unknown scheme, naming the known ones
 */
export async function openSource(
  uri: string,
  factories: Readonly<Record<string, SourceFactory>> = {},
): Promise<Source> {
  const all: Readonly<Record<string, SourceFactory>> = {
    file: (text) => fileSource(text),
    ...factories,
  };
  const { scheme } = parseUri(uri);
  const factory = Object.hasOwn(all, scheme) ? all[scheme] : undefined;
  if (factory === undefined) {
    const known = Object.keys(all)
      .toSorted()
      .map((name) => `${name}:`)
      .join(', ');
    throw new WindrowError(
      'USAGE',
      `${uri}: found the scheme ${scheme}:, expected one of ${known} (a bare path is file:)`,
    );
  }
  return factory(uri);
}
