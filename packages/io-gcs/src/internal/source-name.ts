/** What a source's URI names: the parts of `gs://bucket/name?wide=FILE`, and patterns as Node matches them. */

/** The place, and the mapping file where the URI names one. */
export function splitWide(uri: string): { readonly place: string; readonly wide: string | null } {
  const [, place = uri, wide = null] = /^(.*)\?wide=(.*)$/s.exec(uri) ?? [];
  return { place, wide };
}

/** Two stars before a name, as in `plant/**.csv`, mean any depth, as a part of their own would. */
export function withinPattern(pattern: string): string {
  return pattern.replaceAll(/(^|\/)\*\*([^/])/g, '$1**/*$2');
}
