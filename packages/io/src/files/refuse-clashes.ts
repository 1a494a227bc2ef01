/** No output may take the place of an input, or of another output: what was read, or written first, would be lost. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { WindrowError } from '@windrow/core';
import { parseUri } from '../uri.ts';
import { findFiles } from './find-files.ts';
import { splitWide } from './wide-mapping.ts';

/**
 * @param inputs URIs of what is read; a folder or a glob stands for its files, other schemes than `file:` for nothing
 * @param outputs URIs of what will be written
 * @throws WindrowError USAGE naming the two that clash
 */
export async function refuseClashes(
  inputs: readonly string[],
  outputs: readonly string[],
): Promise<void> {
  const taken = new Map<string, string>();
  for (const uri of inputs) {
    for (const path of await filesBehind(uri)) taken.set(await identity(path), `is read (${uri})`);
  }
  for (const uri of outputs) {
    const { scheme, rest } = parseUri(uri);
    if (scheme !== 'file') continue;
    const own = await identity(rest);
    const other = taken.get(own);
    if (other !== undefined) {
      throw new WindrowError(
        'USAGE',
        `${uri}: found an output that ${other} by the same run, expected a file of its own`,
      );
    }
    taken.set(own, `is written (${uri})`);
  }
}

async function filesBehind(uri: string): Promise<string[]> {
  const { scheme, rest } = parseUri(uri);
  if (scheme !== 'file') return [];
  const [path] = splitWide(rest);
  // What is not there, or cannot be read, is said by who opens it.
  const found = await findFiles(path, () => undefined).catch(() => []);
  return [path, ...found.map((file) => file.path)];
}

/** The same for every way to name a file, also one that is not there yet. */
async function identity(path: string): Promise<string> {
  const whole = resolve(path);
  const folder = await realpath(dirname(whole)).catch(() => dirname(whole));
  const name = join(folder, basename(whole));
  return realpath(name).catch(() => name);
}
