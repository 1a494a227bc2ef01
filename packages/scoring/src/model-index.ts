/**
 * `index.json` at the root of a model store behind HTTP: what a server that knows no folders cannot say.
 *
 *     { "models": { "<identifier>": { "<version>": { "<file>": { "sha256": "<hex>", "size": <bytes> } } } } }
 *
 * `<file>` is `model.onnx`, `golden.json`, or an external data file; it lies at `<root>/<identifier>/<version>/<file>`.
 * `buildModelIndex` makes it of a folder.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { WindrowError, messageOf } from '@windrow/core';
import * as z from 'zod';
import { pathFault } from './internal/relative-path.ts';
import type { RemoteFile, RemoteListing, RemoteModel } from './internal/remote-files.ts';
import { parseVersion } from './model-store.ts';

/** Name of the file at the store's root. */
export const INDEX_FILE = 'index.json';

const file = z.strictObject({
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits in lower case'),
  size: z.int().min(0),
});
const index = z.strictObject({
  models: z.record(
    z.string().regex(/^(?!\.{1,2}$)[^/\\\0]+$/),
    z.record(
      z.string(),
      z.record(
        z.string().refine((path) => pathFault(path) === null),
        file,
      ),
    ),
  ),
});
type Index = z.infer<typeof index>;

/**
 * What an index says there is.
 * @param place for messages
 * @param root URL of the store, with a slash at its end
 * @throws WindrowError MODEL where it is not what this page says
 */
export function readModelIndex(bytes: Uint8Array, place: string, root: URL): RemoteListing {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new WindrowError('MODEL', `${place}: found no JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const result = index.safeParse(json);
  if (!result.success) {
    const faults = z.prettifyError(result.error).replaceAll('\n', ' ');
    throw new WindrowError('MODEL', `${place}: found no index of models: ${faults}`);
  }
  const models = Object.entries(result.data.models).map(
    ([identifier, versions]): [string, RemoteModel] => [
      identifier,
      modelOf(identifier, versions, place, root),
    ],
  );
  return new Map(models);
}

function modelOf(
  identifier: string,
  listed: Index['models'][string],
  place: string,
  root: URL,
): RemoteModel {
  const notes: string[] = [];
  const versions = new Map<number, ReadonlyMap<string, RemoteFile>>();
  for (const [text, files] of Object.entries(listed)) {
    const version = parseVersion(text);
    if (version === null) {
      notes.push(
        `${place}: ${identifier}/${text}: ignored: no version (a positive integer without leading zeros)`,
      );
      continue;
    }
    const remote = Object.entries(files).map(([name, { sha256, size }]): [string, RemoteFile] => {
      const path = [identifier, text, ...name.split('/')].map(encodeURIComponent).join('/');
      const url = new URL(path, root).href;
      return [name, { place: url, name, sizeBytes: size, sha256, md5: null, crc32c: null }];
    });
    versions.set(version, new Map(remote));
  }
  return { versions, notes };
}

/** The text of the `index.json` for a store in a folder; what is no version is left out. */
export async function buildModelIndex(root: string): Promise<string> {
  const models: Index['models'] = {};
  for (const identifier of await foldersIn(root)) {
    const versions: Index['models'][string] = {};
    for (const version of await foldersIn(join(root, identifier))) {
      if (parseVersion(version) === null) continue;
      versions[version] = await filesIn(join(root, identifier, version));
    }
    models[identifier] = versions;
  }
  return `${JSON.stringify({ models }, null, 1)}\n`;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((e) => e.isDirectory())
    .map((e) => e.name)
    .toSorted();
}

async function filesIn(folder: string): Promise<Index['models'][string][string]> {
  const files: Index['models'][string][string] = {};
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
  for (const path of paths.toSorted()) {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk as Uint8Array);
      size += (chunk as Uint8Array).length;
    }
    const name = relative(folder, path).split(sep).join('/');
    files[name] = { sha256: hash.digest('hex'), size };
  }
  return files;
}
