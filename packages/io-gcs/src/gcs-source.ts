/**
 * `gs://bucket/...`: an object, the objects below a prefix, or those that a pattern matches, each in the format that its name says.
 */
import { posix } from 'node:path';
import { WindrowError, type Source } from '@windrow/core';
import { isIgnoredName, storedFilesSource, type StoredFile } from '@windrow/io';
import { isPattern, objectPlace, patternPrefix } from './internal/object-place.ts';
import { ObjectStorage } from './internal/object-storage.ts';
import { Objects, type ObjectInfo } from './internal/objects.ts';
import { splitWide, withinPattern } from './internal/source-name.ts';
import { TRYING, type Trying } from './internal/trying.ts';

export interface GcsOptions {
  /** How requests are tried again. Default: six times within 8 s, each ended after a minute of silence. */
  readonly trying?: Partial<Trying>;
}

export interface GcsSourceOptions extends GcsOptions {
  /** A mapping file for wide Parquet, on this machine; the URI's own `?wide=` comes first. */
  readonly wide?: string;
  /** Told what was left out, such as objects with unknown extensions. */
  readonly note?: (text: string) => void;
}

/**
 * Opens `gs://bucket/object`, `gs://bucket/prefix` (all objects below `prefix/`) or a pattern such as
 * `gs://bucket/plant/**.parquet`. Objects are read in the generation that the listing saw, in the order of their names. Nothing is
 * read before `splits`.
 * @throws WindrowError USAGE for what is no such URI; INPUT (from `splits`) where there is nothing that can be read
 */
export function gcsSource(uri: string, options: GcsSourceOptions = {}): Source {
  const { place, wide } = splitWide(uri);
  const { bucket, name } = objectPlace(place);
  const objects = new Objects(bucket, { ...TRYING, ...options.trying });
  const storage = new ObjectStorage(objects);
  const mapping = wide ?? options.wide;
  return storedFilesSource({
    uri,
    storage,
    list: async () => {
      const found = await objectsOf(objects, name, uri);
      return found.map((info): StoredFile => fileOf(storage, objects, info));
    },
    ...(mapping === undefined ? {} : { wide: mapping }),
    ...(options.note === undefined ? {} : { note: options.note }),
  });
}

async function objectsOf(objects: Objects, name: string, uri: string): Promise<ObjectInfo[]> {
  if (isPattern(name)) {
    const pattern = withinPattern(name);
    const found = await objects.list(patternPrefix(name));
    return found.filter((info) => isVisible(info.name) && posix.matchesGlob(info.name, pattern));
  }
  const found = await objects.list(name);
  const one = found.filter((info) => info.name === name && !name.endsWith('/'));
  if (one.length > 0) return one;
  const folder = name === '' || name.endsWith('/') ? name : `${name}/`;
  const below = found.filter(
    (info) => info.name.startsWith(folder) && isVisible(info.name.slice(folder.length)),
  );
  if (below.length > 0) return below;
  throw new WindrowError(
    'INPUT',
    `${uri}: there is nothing, expected an object, a prefix or a pattern`,
  );
}

/** An object whose name ends in a slash is the mark of a folder. */
function isVisible(name: string): boolean {
  return !name.endsWith('/') && !name.split('/').some((part) => isIgnoredName(part));
}

function fileOf(storage: ObjectStorage, objects: Objects, info: ObjectInfo): StoredFile {
  if (info.contentEncoding === 'gzip' && !info.name.endsWith('.gz')) {
    throw new WindrowError(
      'INPUT',
      `${objects.uri(info.name)}: found an object with Content-Encoding gzip, of which no range can be read: expected plain bytes, or a name that ends in .gz`,
    );
  }
  return { path: storage.path(info), name: objects.uri(info.name), sizeBytes: info.sizeBytes };
}
