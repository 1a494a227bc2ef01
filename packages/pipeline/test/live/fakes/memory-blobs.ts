/** Blobs in memory, each written whole; the world may end before or after each is written. */
import { WindrowError, type BlobInfo, type BlobStore } from '@windrow/core';
import type { World } from './world.ts';

export class MemoryBlobs implements BlobStore {
  readonly uri: string = 'memory:checkpoints';
  readonly blobs: Map<string, Uint8Array>;
  /** Puts that fail before one works. */
  failures = 0;
  puts = 0;
  /** What a put takes. */
  latencyMs = 0;
  readonly #world: World;

  /** @param blobs what an earlier world left */
  constructor(world: World, blobs: Map<string, Uint8Array> = new Map()) {
    this.#world = world;
    this.blobs = blobs;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.#world.step();
    if (this.failures > 0) {
      this.failures--;
      throw new WindrowError('OUTPUT', `${name}: the store is down`);
    }
    this.puts++;
    await this.#world.takes(this.latencyMs);
    this.blobs.set(name, bytes.slice());
    await this.#world.step();
  }

  async get(name: string): Promise<Uint8Array> {
    await this.#world.step();
    const bytes = this.blobs.get(name);
    if (bytes === undefined) throw new WindrowError('INPUT', `${name}: there is none`);
    return bytes.slice();
  }

  async list(prefix: string): Promise<readonly BlobInfo[]> {
    await this.#world.step();
    return [...this.blobs]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, bytes]) => ({ name, sizeBytes: bytes.length }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async delete(name: string): Promise<void> {
    await this.#world.step();
    this.blobs.delete(name);
  }
}
