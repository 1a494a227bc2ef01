/**
 * Files that become objects: written to a temporary file of this machine, and uploaded by one request when they are complete. So the
 * object appears whole, under its name, at `commit`, and a run that is aborted or killed leaves nothing in the bucket.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WindrowError, messageOf, type PredictionBatch, type Sink } from '@windrow/core';
import { openPredictionSink, type WholeFile } from '@windrow/io';
import type { GcsOptions } from './gcs-source.ts';
import { isPattern, objectPlace } from './internal/object-place.ts';
import { Objects } from './internal/objects.ts';
import { TRYING } from './internal/trying.ts';

export interface GcsSinkOptions extends GcsOptions {
  /** Where the temporary file is. Default: the system's folder for them. */
  readonly folder?: string;
}

/**
 * Opens an object for writing: one of the `stores` of sinks. An object of that name stays until `commit`.
 * @throws WindrowError USAGE for what names no object, OUTPUT where the temporary file cannot be made
 */
export async function gcsFile(uri: string, options: GcsSinkOptions = {}): Promise<WholeFile> {
  const { bucket, name } = objectPlace(uri);
  if (name === '' || name.endsWith('/') || isPattern(name)) {
    throw new WindrowError(
      'USAGE',
      `${uri}: expected the name of an object to write, gs://bucket/name`,
    );
  }
  const objects = new Objects(bucket, { ...TRYING, ...options.trying });
  try {
    const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'windrow-gcs-'));
    const path = join(folder, 'object');
    return new GcsFile(objects, name, { folder, path, handle: await open(path, 'wx') });
  } catch (error) {
    throw new WindrowError('OUTPUT', `${uri}: temporary file: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** A sink of predictions: an object in the form that its extension names. @throws as `gcsFile`; OUTPUT for the extension */
export function gcsSink(uri: string, options: GcsSinkOptions = {}): Promise<Sink<PredictionBatch>> {
  return openPredictionSink(uri, { stores: { gs: (full) => gcsFile(full, options) } });
}

interface Temporary {
  readonly folder: string;
  readonly path: string;
  readonly handle: FileHandle;
}

class GcsFile implements WholeFile {
  readonly #objects: Objects;
  readonly #name: string;
  readonly #temporary: Temporary;
  readonly #hash: Hash = createHash('md5');
  #sizeBytes = 0;
  #isOpen = true;

  constructor(objects: Objects, name: string, temporary: Temporary) {
    this.#objects = objects;
    this.#name = name;
    this.#temporary = temporary;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length;) {
        const { bytesWritten } = await this.#temporary.handle.write(bytes, at, bytes.length - at);
        at += bytesWritten;
      }
    } catch (error) {
      throw new WindrowError(
        'OUTPUT',
        `${this.#temporary.path}: cannot be written: ${messageOf(error)}; make room there, or set TMPDIR to a folder with room`,
        { cause: error },
      );
    }
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
  }

  async commit(): Promise<void> {
    const { path } = this.#temporary;
    await this.#objects.put(this.#name, {
      open: () => createReadStream(path),
      sizeBytes: this.#sizeBytes,
      md5: this.#hash.digest('base64'),
    });
    await this.abort();
  }

  async abort(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#temporary.handle.close().catch(() => undefined);
    await rm(this.#temporary.folder, { recursive: true, force: true });
  }
}
