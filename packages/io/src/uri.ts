/**
 * URIs of sources and sinks: `scheme:rest`. A bare path is `file:`.
 *
 * A scheme has at least two letters, so that `C:\data` is a path.
 */

export interface ParsedUri {
  readonly scheme: string;
  /** What follows the scheme and its colon, as written; for `file:` a path. */
  readonly rest: string;
}

/** Splits a URI. `file:///data/a` and `file:/data/a` are the path `/data/a`; `file:data/a` is relative. */
export function parseUri(uri: string): ParsedUri {
  const match = /^([a-zA-Z][a-zA-Z0-9+-]+):(.*)$/s.exec(uri);
  if (match === null) return { scheme: 'file', rest: uri };
  const scheme = match[1]!.toLowerCase();
  const rest = match[2]!;
  return { scheme, rest: scheme === 'file' ? filePath(rest) : rest };
}

function filePath(rest: string): string {
  if (!rest.startsWith('//')) return rest;
  const slash = rest.indexOf('/', 2);
  return slash < 0 ? rest.slice(2) : rest.slice(slash);
}
