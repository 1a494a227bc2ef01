/**
 * Objects as files: read by ranges of one generation, some of them ahead.
 *
 *     a file read through        [--block--][--block--][--block--][--block--]   four requests at a time
 *     a Parquet column chunk     reads go forward in several places at once; each has the next two blocks on the way
 *
 * Never in memory: more than `CACHED_BLOCKS` blocks of an open file.
 */
import { WindrowError } from '@windrow/core';
import type { FileStorage, RandomAccess } from '@windrow/io';
import type { ObjectInfo, Objects } from './objects.ts';

const BLOCK_BYTES = 2 << 20;
const CACHED_BLOCKS = 32;
const BLOCKS_AHEAD = 2;
const BLOCKS_AT_ONCE = 4;

export class ObjectStorage implements FileStorage {
  readonly #objects: Objects;
  /** By path: what the listing said. */
  readonly #known: Map<string, ObjectInfo> = new Map();

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  /** The path of an object, with its generation: another content is another file. */
  path(info: ObjectInfo): string {
    const path = `${this.#objects.uri(info.name)}#${info.generation}`;
    this.#known.set(path, info);
    return path;
  }

  async open(path: string): Promise<RandomAccess> {
    return new OpenObject(this.#objects, await this.#info(path));
  }

  async *chunks(path: string): AsyncGenerator<Uint8Array> {
    const info = await this.#info(path);
    const count = Math.ceil(info.sizeBytes / BLOCK_BYTES);
    const coming: Promise<Uint8Array>[] = [];
    for (let next = 0, index = 0; index < count; index++) {
      for (; next < count && next < index + BLOCKS_AT_ONCE; next++) {
        coming.push(quietly(block(this.#objects, info, next)));
      }
      yield await coming.shift()!;
    }
  }

  async #info(path: string): Promise<ObjectInfo> {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const at = path.lastIndexOf('#');
    const name = path.slice(this.#objects.uri('').length, at);
    const info = await this.#objects.info(name, path.slice(at + 1));
    if (info !== null) return info;
    throw new WindrowError('INPUT', `${path}: there is no such generation of the object any more`);
  }
}

class OpenObject implements RandomAccess {
  readonly sizeBytes: number;
  readonly #objects: Objects;
  readonly #info: ObjectInfo;
  /** By index, in the order of their last use. */
  readonly #blocks: Map<number, Promise<Uint8Array>> = new Map();

  constructor(objects: Objects, info: ObjectInfo) {
    this.#objects = objects;
    this.#info = info;
    this.sizeBytes = info.sizeBytes;
  }

  async read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }> {
    if (position >= this.sizeBytes || length === 0) return { bytesRead: 0 };
    const index = Math.floor(position / BLOCK_BYTES);
    // Whoever reads on will read on: the blocks behind are fetched while this one is used.
    const isForward = this.#blocks.has(index - 1);
    const bytes = this.#block(index);
    if (isForward) {
      for (let ahead = 1; ahead <= BLOCKS_AHEAD; ahead++) void this.#block(index + ahead);
    }
    const from = position - index * BLOCK_BYTES;
    const part = (await bytes).subarray(from, from + length);
    buffer.set(part, offset);
    return { bytesRead: part.length };
  }

  async close(): Promise<void> {
    this.#blocks.clear();
  }

  #block(index: number): Promise<Uint8Array> {
    const there = this.#blocks.get(index);
    if (there !== undefined) {
      this.#blocks.delete(index);
      this.#blocks.set(index, there);
      return there;
    }
    const coming = quietly(block(this.#objects, this.#info, index));
    this.#blocks.set(index, coming);
    if (this.#blocks.size > CACHED_BLOCKS) {
      const [oldest] = this.#blocks.keys();
      this.#blocks.delete(oldest!);
    }
    return coming;
  }
}

function block(
  objects: Objects,
  { name, generation, sizeBytes }: ObjectInfo,
  index: number,
): Promise<Uint8Array> {
  const start = index * BLOCK_BYTES;
  return objects.range(name, generation, start, Math.min(sizeBytes, start + BLOCK_BYTES));
}

/** A block that nobody waits for any more may fail. */
function quietly(bytes: Promise<Uint8Array>): Promise<Uint8Array> {
  bytes.catch(() => undefined);
  return bytes;
}
