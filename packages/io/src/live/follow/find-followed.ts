/** What lies at a followed path now: a file, or the files of a folder. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatOfName, isIgnoredName } from '../../files/file-names.ts';
import type { GrowingForm } from '../rows/row-reader.ts';

export interface FollowedFile {
  readonly path: string;
  /** `device:inode`. */
  readonly id: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** How it is read as it grows; null: once it is whole. */
  readonly form: GrowingForm | null;
}

export type FollowOrder = 'name' | 'mtime';

/** The files with a known extension, hidden and temporary ones left out, in order. Empty where nothing is there yet. */
export async function findFollowed(path: string, order: FollowOrder): Promise<FollowedFile[]> {
  const files: FollowedFile[] = [];
  for (const each of await pathsAt(path)) {
    const file = await statFollowed(each);
    if (file !== null) files.push(file);
  }
  const byName = (a: FollowedFile, b: FollowedFile): number => (a.path < b.path ? -1 : 1);
  return files.toSorted((a, b) =>
    order === 'name' ? byName(a, b) : a.modifiedMs - b.modifiedMs || byName(a, b),
  );
}

async function pathsAt(path: string): Promise<string[]> {
  const status = await stat(path).catch(ifMissing);
  if (status === null) return [];
  if (!status.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries) {
    if (isIgnoredName(entry.name)) continue;
    const below = join(path, entry.name);
    if (entry.isDirectory()) paths.push(...(await pathsAt(below)));
    else paths.push(below);
  }
  return paths;
}

/** null where there is no such file any more, or its extension says no format. */
async function statFollowed(path: string): Promise<FollowedFile | null> {
  if (formatOfName(path) === null) return null;
  const status = await stat(path, { bigint: true }).catch(ifMissing);
  if (status === null || !status.isFile()) return null;
  return {
    path,
    id: `${status.dev}:${status.ino}`,
    sizeBytes: Number(status.size),
    modifiedMs: Number(status.mtimeNs / 1_000_000n),
    form: growingForm(path),
  };
}

/** How a file of this name is read as it grows; null where it is read once it is whole. */
export function growingForm(path: string): GrowingForm | null {
  const named = formatOfName(path);
  if (named === null || named.compression !== null) return null;
  const { format } = named;
  return format === 'ndjson' || format === 'csv' || format === 'records' ? format : null;
}

/** Where a file went that has another name now, in the same folder; null where it is gone. */
export async function findRenamed(path: string, id: string): Promise<string | null> {
  const folder = dirname(path);
  const names = (await readdir(folder).catch(ifMissing)) ?? [];
  for (const name of names) {
    const other = join(folder, name);
    const status = await stat(other, { bigint: true }).catch(ifMissing);
    if (status !== null && `${status.dev}:${status.ino}` === id) return other;
  }
  return null;
}

function ifMissing(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}
