/** Names of sources or sinks in checkpoints: their URIs; of several with the same one, numbered. */
export function keysOf(all: readonly { readonly uri: string }[]): string[] {
  const seen = new Map<string, number>();
  return all.map(({ uri }) => {
    const count = (seen.get(uri) ?? 0) + 1;
    seen.set(uri, count);
    return count === 1 ? uri : `${uri}#${count}`;
  });
}
