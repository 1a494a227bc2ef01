/** No output may take the place of an input, or of another output: what was read, or written first, would be lost. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { WindrowError } from '@windrow/core';
import { parseUri } from '../uri.ts';
import { findFiles } from './find-files.ts';
import { splitWide } from './wide-mapping.ts';

/** How the places of a scheme are told apart, without asking the service. */
export interface PlaceRule {
  /** The same for every way to name what an output writes. */
  readonly identity: (uri: string) => string;
  /** Whether who reads `input` would read what is written to `output`. */
  readonly reads: (input: string, output: string) => boolean;
}

/**
 * @param inputs URIs of what is read; a folder or a glob stands for its files
 * @param outputs URIs of what will be written
 * @param rules of other schemes than `file:`; a scheme without one stands for nothing
 * @throws WindrowError USAGE naming the two that clash
 */
export async function refuseClashes(
  inputs: readonly string[],
  outputs: readonly string[],
  rules: Readonly<Record<string, PlaceRule>> = {},
): Promise<void> {
  const taken = new Map<string, string>();
  for (const uri of inputs) {
    for (const path of await filesBehind(uri)) taken.set(await fileIdentity(path), reading(uri));
  }
  for (const uri of outputs) {
    const { scheme, rest } = parseUri(uri);
    const rule = Object.hasOwn(rules, scheme) ? rules[scheme] : undefined;
    if (scheme !== 'file' && rule === undefined) continue;
    const own = rule === undefined ? await fileIdentity(rest) : `${scheme}:${rule.identity(uri)}`;
    const reader = inputs.find((input) => isOf(input, scheme) && rule?.reads(input, uri) === true);
    const other = taken.get(own) ?? (reader === undefined ? undefined : reading(reader));
    if (other !== undefined) {
      throw new WindrowError(
        'USAGE',
        `${uri}: found an output that ${other} by the same run, expected a ${scheme === 'file' ? 'file' : 'place'} of its own`,
      );
    }
    taken.set(own, `is written (${uri})`);
  }
}

const reading = (uri: string): string => `is read (${uri})`;

const isOf = (uri: string, scheme: string): boolean => parseUri(uri).scheme === scheme;

async function filesBehind(uri: string): Promise<string[]> {
  const { scheme, rest } = parseUri(uri);
  if (scheme !== 'file') return [];
  const [path] = splitWide(rest);
  // What is not there, or cannot be read, is said by who opens it.
  const found = await findFiles(path, () => undefined).catch(() => []);
  return [path, ...found.map((file) => file.path)];
}

/** The same for every way to name a file, also one that is not there yet. */
async function fileIdentity(path: string): Promise<string> {
  const whole = resolve(path);
  const folder = await realpath(dirname(whole)).catch(() => dirname(whole));
  const name = join(folder, basename(whole));
  return realpath(name).catch(() => name);
}
