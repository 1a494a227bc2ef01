/**
 * The blob store of a checkpoint, in the hands of one job.
 *
 * Fencing: a job that starts writes an epoch and then looks at what is there. A job that has written something looks for a later epoch
 * before anybody is told of what it wrote. So whatever the job before told the world, the later one has seen; and what it missed, nobody
 * was told of. No clock is needed, and no job waits for another one to be declared dead.
 */
import { WindrowError, messageOf, type BlobStore } from '@windrow/core';
import type { LiveClock } from '../live-clock.ts';
import type { CheckpointOptions } from '../live-job-options.ts';
import { untilDone } from './backoff.ts';
import { EPOCHS, epochName, epochNumber } from './checkpoint-names.ts';
import { openBlob, sealBlob } from './sealed-blob.ts';

export interface CheckpointStoreParts extends CheckpointOptions {
  readonly clock: LiveClock;
  /** Ends the trying. */
  readonly signal: AbortSignal;
  /** Is told of each failure that will be tried again. */
  readonly tell: (message: string) => void;
}

export class CheckpointStore {
  readonly blobs: BlobStore;
  readonly #parts: CheckpointStoreParts;
  #epoch = '';
  #error: string | null = null;

  constructor(parts: CheckpointStoreParts) {
    this.blobs = parts.store;
    this.#parts = parts;
  }

  /** What the store said last; null while it works. */
  get error(): string | null {
    return this.#error;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /**
   * Takes the store over from whoever had it.
   * @throws WindrowError where the store does not work, or another job starts at the same time
   */
  async takeOver(): Promise<void> {
    const epochs = await this.#epochs();
    const last = epochs.at(-1);
    const number = last === undefined ? 1 : epochNumber(last) + 1;
    this.#epoch = epochName(number, this.#parts.owner);
    const about = sealBlob({ about: this.#parts.about }, new Uint8Array(0));
    await this.blobs.put(`${EPOCHS}${this.#epoch}`, about);
    await this.#checkFence();
    for (const epoch of epochs) await this.blobs.delete(`${EPOCHS}${epoch}`);
  }

  /**
   * Writes a blob, trying again and again; resolves when it is there and this job still has the store.
   * @returns false where `signal` was aborted before it was
   * @throws WindrowError OUTPUT where another job took the store over
   */
  async put(name: string, bytes: Uint8Array): Promise<boolean> {
    const isDone = await this.#try(() => this.blobs.put(name, bytes));
    return isDone && (await this.#try(() => this.#checkFence()));
  }

  /** Deletes what is not needed any more; what fails is left for the next time. */
  async clear(names: readonly string[]): Promise<void> {
    for (const name of names) {
      try {
        await this.blobs.delete(name);
      } catch (error) {
        this.#failed(error);
        return;
      }
    }
  }

  /** Names of a kind, in ascending order. */
  async names(kind: string): Promise<string[]> {
    const infos = await this.blobs.list(kind);
    return infos.map(({ name }) => name);
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    const done = await untilDone(
      async () => {
        await work();
        return true;
      },
      this.#parts.clock,
      this.#parts.signal,
      (error) => {
        if (error instanceof Fenced) throw error;
        this.#failed(error);
      },
    );
    if (done !== null) this.#error = null;
    return done !== null;
  }

  #failed(error: unknown): void {
    this.#error = messageOf(error);
    this.#parts.tell(this.#error);
  }

  async #checkFence(): Promise<void> {
    const later = (await this.#epochs()).filter((epoch) => epoch > this.#epoch);
    const last = later.at(-1);
    if (last === undefined) return;
    throw new Fenced(this.blobs.uri, await this.#aboutOf(last));
  }

  async #aboutOf(epoch: string): Promise<string> {
    try {
      const name = `${EPOCHS}${epoch}`;
      const { head } = openBlob(name, await this.blobs.get(name));
      return (head as { readonly about: string }).about;
    } catch {
      return epoch;
    }
  }

  async #epochs(): Promise<string[]> {
    return (await this.names(EPOCHS)).map((name) => name.slice(EPOCHS.length));
  }
}

class Fenced extends WindrowError {
  constructor(uri: string, about: string) {
    super(
      'OUTPUT',
      `${uri}: found that another job took these checkpoints over (${about}), expected to be the only one; this one ends here, the other one goes on from the last commit. Give each job checkpoints of its own, or start only one`,
    );
  }
}
