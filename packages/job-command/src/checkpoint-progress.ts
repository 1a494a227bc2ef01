/** How far a stream had come, by the URI of its checkpoint. */
import type { Terminal } from '@windrow/cli';
import { WindrowError, type BlobStore } from '@windrow/core';
import { FolderBlobStore, parseUri } from '@windrow/io';
import { readCheckpointProgress, type CheckpointProgress } from '@windrow/pipeline';

/** @throws WindrowError USAGE for another scheme than `file:` and `gs:`, INPUT or FORMAT as `readCheckpointProgress` */
export async function checkpointProgress(
  uri: string,
  terminal: Terminal,
): Promise<CheckpointProgress> {
  return readCheckpointProgress(await storeOf(uri), {
    wallMs: () => terminal.nowMs(),
    nowMs: () => terminal.elapsedMs(),
  });
}

async function storeOf(uri: string): Promise<BlobStore> {
  const { scheme, rest } = parseUri(uri);
  if (scheme === 'file') return new FolderBlobStore(rest);
  if (scheme === 'gs') return new (await import('@windrow/io-gcs')).GcsBlobStore(uri);
  throw new WindrowError(
    'USAGE',
    `${uri}: found the scheme ${scheme}:, expected a checkpoint in a folder or under gs://`,
  );
}
