/**
 * Files on disk by what they are: `<folder>/<sha256>`. A file appears whole or not at all, and is hashed again whenever it is read, so
 * that a damaged disk, or somebody else, cannot put another model in its place.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WindrowError } from '@windrow/core';

/** What a download must be. */
export interface Expected {
  /** For messages. */
  readonly place: string;
  /** null: not known. */
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly md5: string | null;
  readonly sizeBytesMax: number;
}

export class ContentCache {
  readonly #folder: string;

  /** @param folder made when it is needed */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes of a file, or null where it is not there, or is not what its name says. */
  async read(sha256: string): Promise<Uint8Array | null> {
    try {
      const bytes = await readFile(join(this.#folder, sha256));
      return createHash('sha256').update(bytes).digest('hex') === sha256 ? bytes : null;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /**
   * Keeps what comes, once it has all come and is right.
   * @returns its sha256
   * @throws WindrowError MODEL where it is not what is expected; nothing is kept then
   */
  async write(content: AsyncIterable<Uint8Array>, expected: Expected): Promise<string> {
    await mkdir(this.#folder, { recursive: true });
    const folder = await mkdtemp(join(this.#folder, 'download-'));
    try {
      const path = join(folder, 'content');
      const sha256 = await writeChecked(path, content, expected);
      await rename(path, join(this.#folder, sha256));
      return sha256;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * A folder in which these files of the cache lie under their own names; the same files give the same folder.
   * @param files sha256 by relative path
   */
  async folderOf(files: ReadonlyMap<string, string>): Promise<string> {
    const hash = createHash('sha256');
    for (const [name, sha256] of files) hash.update(`${sha256} ${name}\n`);
    const folder = join(this.#folder, 'folders', hash.digest('hex'));
    for (const [name, sha256] of files) {
      const path = join(folder, name);
      if ((await hashOf(path)) === sha256) continue;
      await mkdir(dirname(path), { recursive: true });
      await rm(path, { force: true });
      const content = join(this.#folder, sha256);
      // Where links are not allowed, a copy.
      await link(content, path).catch(() => copyFile(content, path));
    }
    return folder;
  }

  /** Whether a file is there and what its name says. */
  async has(sha256: string): Promise<boolean> {
    return (await hashOf(join(this.#folder, sha256))) === sha256;
  }
}

async function writeChecked(
  path: string,
  content: AsyncIterable<Uint8Array>,
  { place, sizeBytes, sha256, md5, sizeBytesMax }: Expected,
): Promise<string> {
  const fail = (found: string, expected: string): WindrowError =>
    new WindrowError(
      'MODEL',
      `${place}: found ${found}, expected ${expected}; the download was cut short, or the file differs from what the store says of it`,
    );
  const limit = Math.min(sizeBytes ?? sizeBytesMax, sizeBytesMax);
  const hashes = { sha256: createHash('sha256'), md5: createHash('md5') };
  const file = await open(path, 'wx');
  let size = 0;
  try {
    for await (const chunk of content) {
      size += chunk.length;
      if (size > limit) throw fail(`more than ${limit} bytes`, `at most ${limit}`);
      hashes.sha256.update(chunk);
      if (md5 !== null) hashes.md5.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  if (sizeBytes !== null && size !== sizeBytes) throw fail(`${size} bytes`, `${sizeBytes}`);
  const found = hashes.sha256.digest('hex');
  if (sha256 !== null && found !== sha256) throw fail(`sha256 ${found}`, sha256);
  const foundMd5 = md5 === null ? null : hashes.md5.digest('base64');
  if (foundMd5 !== md5) throw fail(`MD5 ${foundMd5}`, `${md5}`);
  return found;
}

/** null where there is no such file. */
async function hashOf(path: string): Promise<string | null> {
  try {
    await stat(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
