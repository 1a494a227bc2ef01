/** Where a job keeps its state. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { WindrowError, type BlobStore } from '@windrow/core';
import { FolderBlobStore, parseUri } from '@windrow/io';
import type { CheckpointOptions } from '@windrow/pipeline';
import type { Settings } from '../config/settings.ts';
import type { Outside } from './outside.ts';

/** @throws WindrowError USAGE for an unknown scheme */
export async function openBlobStore(uri: string): Promise<BlobStore> {
  const { scheme, rest } = parseUri(uri);
  if (scheme === 'file') return new FolderBlobStore(rest);
  if (scheme === 'gs') {
    const { GcsBlobStore } = await import('@windrow/io-gcs');
    return new GcsBlobStore(uri);
  }
  throw new WindrowError(
    'USAGE',
    `--checkpoint: ${uri}: found the scheme ${scheme}:, expected a folder or gs://bucket/prefix`,
  );
}

/** null where nothing is to be kept. */
export async function openCheckpoint(
  settings: Settings,
  { terminal }: Outside,
): Promise<CheckpointOptions | null> {
  if (settings.checkpoint === null) return null;
  const since = new Date(terminal.nowMs()).toISOString();
  return {
    store: await openBlobStore(settings.checkpoint),
    owner: randomUUID().replaceAll('-', ''),
    about: `${hostname()}, process ${process.pid}, since ${since}`,
    snapshotMs: settings.snapshotInterval * 1000,
    commitMs: settings.commitInterval * 1000,
  };
}
