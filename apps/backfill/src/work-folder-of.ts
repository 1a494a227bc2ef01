/** Where finished slices are kept, if nobody says. */
import type { Shard } from '@windrow/pipeline';
import { shardUri } from './shard.ts';

/** `OUTPUT.windrow` beside the first output that is a file, else `windrow-backfill.windrow` in the current folder. */
export function workFolderOf(sinks: readonly string[], shard: Shard | null): string {
  for (const uri of sinks) {
    const path = /^file:(?:\/\/[^/]*)?(.+)$/i.exec(uri)?.[1] ?? uri;
    if (!/^[a-zA-Z][a-zA-Z0-9+-]+:/.test(path)) return `${path}.windrow`;
  }
  return shardUri('windrow-backfill.windrow', shard);
}
