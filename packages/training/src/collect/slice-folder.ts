/**
 * Slices of a run that are done, kept in a folder until the dataset is complete, so that the same run can go on from there:
 *
 *     job.json             what the slices are of: a run that asks for something else starts anew
 *     slice-N.records      the records of its windows, complete where slice-N.json is there
 *     slice-N.json         which windows they are, and what became of samples and windows
 */
import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { WindrowError, assert, messageOf } from '@windrow/core';
import { AtomicFile, makeFolder } from '@windrow/io';
import type { SpillFile } from '@windrow/pipeline';

/** A slice that is done: plain data. */
export interface DoneSlice<State> {
  readonly sizeBytes: number;
  readonly state: State;
}

/** The files of the slices, one behind the other, as one that is written from front to back. */
export class SliceFolder implements SpillFile {
  readonly path: string;
  readonly #segments: { readonly handle: FileHandle; readonly from: number; sizeBytes: number }[] =
    [];

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Opens the folder, empty unless what lies there is of the same job.
   * @throws WindrowError OUTPUT where it cannot be written
   */
  static async open(path: string, job: string): Promise<SliceFolder> {
    const known = await readFile(join(path, 'job.json'), 'utf8').catch(() => null);
    try {
      if (known !== job) {
        await rm(path, { recursive: true, force: true });
        await makeFolder(path);
        await writeWhole(join(path, 'job.json'), job);
      }
    } catch (error) {
      throw cannotWrite(path, error);
    }
    return new SliceFolder(path);
  }

  /** The slice if it is done; its records then stand behind those before. */
  async take<State>(slice: number): Promise<DoneSlice<State> | null> {
    const text = await readFile(this.#file(slice, 'json'), 'utf8').catch(() => null);
    if (text === null) return null;
    const done = JSON.parse(text) as DoneSlice<State>;
    const handle = await open(this.#file(slice, 'records'));
    this.#segments.push({ handle, from: this.#end, sizeBytes: done.sizeBytes });
    return done;
  }

  /** Begins a slice; what is appended from now on is of it. */
  async begin(slice: number): Promise<void> {
    try {
      const handle = await open(this.#file(slice, 'records'), 'w+');
      this.#segments.push({ handle, from: this.#end, sizeBytes: 0 });
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** The slice that was begun is done. */
  async complete(slice: number, state: object): Promise<void> {
    const { handle, sizeBytes } = this.#segments.at(-1)!;
    try {
      await handle.sync();
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
    await writeWhole(this.#file(slice, 'json'), JSON.stringify({ sizeBytes, state }));
  }

  #file(slice: number, extension: string): string {
    return join(this.path, `slice-${slice}.${extension}`);
  }

  get #end(): number {
    const last = this.#segments.at(-1);
    return last === undefined ? 0 : last.from + last.sizeBytes;
  }

  async append(bytes: Uint8Array): Promise<void> {
    const segment = this.#segments.at(-1);
    assert(segment !== undefined, 'a slice was begun');
    try {
      for (let at = 0; at < bytes.length;) {
        const left = bytes.length - at;
        const position = segment.sizeBytes + at;
        const { bytesWritten } = await segment.handle.write(bytes, at, left, position);
        at += bytesWritten;
      }
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
    segment.sizeBytes += bytes.length;
  }

  /** Records do not go from one slice to the next, and so are read from one file. */
  async read(out: Uint8Array, position: number): Promise<void> {
    const segment = this.#segments.findLast(({ from }) => from <= position);
    assert(segment !== undefined, 'it was written');
    for (let read = 0; read < out.length;) {
      const at = position - segment.from + read;
      const { bytesRead } = await segment.handle.read(out, read, out.length - read, at);
      if (bytesRead === 0) {
        throw new WindrowError(
          'INPUT',
          `${this.path}: the records end early; remove the folder, and run again`,
        );
      }
      read += bytesRead;
    }
  }

  /** Closes the files; they stay. */
  async close(): Promise<void> {
    for (const { handle } of this.#segments.splice(0)) await handle.close();
  }

  /** Closes and removes everything. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { recursive: true, force: true });
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await AtomicFile.create(path);
  try {
    await file.write(new TextEncoder().encode(text));
    await file.commit();
  } finally {
    await file.abort();
  }
}

function cannotWrite(path: string, error: unknown): WindrowError {
  if (error instanceof WindrowError) return error;
  return new WindrowError('OUTPUT', `${path}: cannot be written: ${messageOf(error)}`, {
    cause: error,
  });
}
