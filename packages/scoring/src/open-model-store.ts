/** A model store by its URI. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WindrowError, found } from '@windrow/core';
import { FolderModelStore } from './folder-model-store.ts';
import { ContentCache } from './internal/content-cache.ts';
import { HttpFiles } from './internal/http-files.ts';
import { RemoteModelStore } from './internal/remote-model-store.ts';
import type { ModelStore } from './model-store.ts';

const TIMEOUT_MS = 30_000;

export interface ModelStoreOptions {
  /** Folder in which downloads are kept, by content; may be shared and may be emptied. Default: `windrow-models` where temporary files lie. */
  readonly cacheFolder?: string;
  /** How long a store elsewhere may say nothing, in ms, while something is awaited of it. Default 30 000. */
  readonly timeoutMs?: number;
}

/**
 * - a path, or `file:///path`: a folder;
 * - `http://host/path`, `https://...`: files behind a server, with an `index.json` at the root (`model-index.ts`);
 * - `gs://bucket/prefix`: Cloud Storage; the client's environment holds (`STORAGE_EMULATOR_HOST`, credentials).
 *
 * All have the layout `<root>/<identifier>/<version>/model.onnx`.
 * @throws WindrowError USAGE on any other scheme
 */
export async function openModelStore(
  uri: string,
  options: ModelStoreOptions = {},
): Promise<ModelStore> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(uri)?.[1]?.toLowerCase();
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const cache = (): ContentCache =>
    new ContentCache(options.cacheFolder ?? join(tmpdir(), 'windrow-models'));
  switch (scheme) {
    case undefined:
      return new FolderModelStore(uri);
    case 'file':
      return new FolderModelStore(fileURLToPath(uri));
    case 'http':
    case 'https':
      return new RemoteModelStore(new HttpFiles(new URL(withSlash(uri)), timeoutMs), cache());
    case 'gs': {
      const [, bucket, prefix] = /^gs:\/\/([^/]+)\/?(.*)$/i.exec(uri) ?? [];
      if (bucket === undefined) break;
      // Loaded only where it is used: it is larger than everything else together.
      const { GcsFiles } = await import('./internal/gcs-files.ts');
      const root = prefix === undefined || prefix === '' ? '' : withSlash(prefix);
      return new RemoteModelStore(new GcsFiles(bucket, root, timeoutMs), cache());
    }
  }
  throw new WindrowError(
    'USAGE',
    `model store: found ${found(uri)}, expected a folder, http(s)://host/path or gs://bucket/prefix`,
  );
}

function withSlash(text: string): string {
  return text.endsWith('/') ? text : `${text}/`;
}
