/** Text that is another one when a source holds other samples, as far as its listing tells. */
import { stat } from 'node:fs/promises';
import type { Source, SourceSplit } from '@windrow/core';
import { parseUri, type FileSplit } from '@windrow/io';

/**
 * What the source says of itself; else, of files of this machine, path, size and time of change; else the splits as they are listed,
 * which for files elsewhere name the generation.
 */
export async function listingIdentity(
  source: Source,
  splits: readonly SourceSplit[],
): Promise<string> {
  const own = await source.identity?.();
  if (own !== undefined) return own;
  if (parseUri(source.uri).scheme !== 'file') return lines(splits);
  const paths = new Set<string>();
  for (const split of splits) if (isFileSplit(split)) paths.add(split.file.path);
  const files: unknown[] = [];
  for (const path of paths) {
    const status = await stat(path).catch(() => null);
    files.push([path, status?.size ?? null, status?.mtimeMs ?? null]);
  }
  return lines([...files, ...splits]);
}

function lines(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join('\n');
}

function isFileSplit(split: SourceSplit): split is FileSplit {
  return 'file' in split;
}
