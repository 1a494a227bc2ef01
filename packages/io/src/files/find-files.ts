/** The files behind a path: a file, a folder, or a glob. */
import type { Stats } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WindrowError, messageOf } from '@windrow/core';
import {
  KNOWN_EXTENSIONS,
  formatOfName,
  isIgnoredName,
  type Compression,
  type FormatName,
} from './file-names.ts';

/** Told in messages how many files of a folder were left out, and a few of their names. */
const NAMES_IN_NOTE_MAX = 5;

/** A file of a listing. */
export interface StoredFile {
  /** As its storage opens it, and as messages name it. */
  readonly path: string;
  /** Ends in its extension. */
  readonly name: string;
  readonly sizeBytes: number;
}

export interface FoundFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly format: FormatName;
  readonly compression: Compression | null;
}

/**
 * Files in the order in which they are read: by path, in code unit order. Hidden and temporary files of a folder or glob are
 * left out, files with unknown extensions too.
 * @param note told which files were left out for their extension
 * @throws WindrowError INPUT where there is nothing to read
 */
export async function findFiles(path: string, note: (text: string) => void): Promise<FoundFile[]> {
  const status = await statOrNull(path);
  if (status?.isFile() === true) return [oneFile(path, status.size)];
  if (status === null && !/[*?[{]/.test(path)) {
    throw new WindrowError(
      'INPUT',
      `${path}: there is nothing, expected a file, a folder or a glob`,
    );
  }
  const paths = status === null ? await globbed(path) : await within(path);
  const stored: StoredFile[] = [];
  for (const found of paths.toSorted()) {
    const size = (await statOrNull(found))?.size;
    if (size !== undefined) stored.push({ path: found, name: found, sizeBytes: size });
  }
  return knownFiles(path, stored, note);
}

/**
 * Those of the files whose extension says a known format, in their order.
 * @param what names the folder or prefix in messages
 * @throws WindrowError INPUT where there is none
 */
export function knownFiles(
  what: string,
  stored: readonly StoredFile[],
  note: (text: string) => void,
): FoundFile[] {
  const files: FoundFile[] = [];
  const unknown: string[] = [];
  for (const { path, name, sizeBytes } of stored) {
    const named = formatOfName(name);
    if (named === null) unknown.push(name);
    else files.push({ path, sizeBytes, ...named });
  }
  const left = listed(unknown);
  if (files.length === 0) {
    const found = unknown.length > 0 ? `no file with a known extension (${left})` : 'no file';
    throw new WindrowError('INPUT', `${what}: found ${found}, expected one of ${KNOWN_EXTENSIONS}`);
  }
  if (unknown.length > 0) note(`${what}: not read, for their extension: ${left}`);
  return files;
}

function oneFile(path: string, sizeBytes: number): FoundFile {
  const named = formatOfName(path);
  if (named === null) {
    throw new WindrowError(
      'INPUT',
      `${path}: the extension says no known format, expected one of ${KNOWN_EXTENSIONS}`,
    );
  }
  return { path, sizeBytes, ...named };
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new WindrowError('INPUT', `${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function within(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (isIgnoredName(entry.name)) continue;
    const path = join(folder, entry.name);
    const isFolder = entry.isDirectory();
    // Links to files are followed, links to folders are not: they may lead back.
    if (isFolder) paths.push(...(await within(path)));
    else if ((await statOrNull(path))?.isFile() === true) paths.push(path);
  }
  return paths;
}

async function globbed(pattern: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of glob(pattern)) {
    const isHidden = path.split(/[/\\]/).some((name) => name !== '..' && isIgnoredName(name));
    if (!isHidden && (await statOrNull(path))?.isFile() === true) paths.push(path);
  }
  return paths;
}

function listed(paths: readonly string[]): string {
  const more = paths.length - NAMES_IN_NOTE_MAX;
  const shown = paths.slice(0, NAMES_IN_NOTE_MAX).join(', ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}
