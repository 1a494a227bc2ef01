/**
 * Dead letters in a file that grows: NDJSON, synced batch by batch, and put aside by number when it is full.
 *
 *     letters.ndjson  ->  letters.1.ndjson  ->  letters.2.ndjson ...  (the greatest number is the oldest)
 *
 * The same letter may be there twice after a crash.
 */
import { open, rename, rm } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import {
  WindrowError,
  messageOf,
  type DeadLetter,
  type LiveSink,
  type LiveStatus,
} from '@windrow/core';
import { makeFolder, syncFolder } from '../files/atomic-file.ts';
import { NdjsonEncoder } from '../files/encode/ndjson-encoder.ts';
import { formatOfName } from '../files/file-names.ts';
import { deadLetterTable } from '../tables/dead-letter-table.ts';
import { AppendFile } from './internal/append-file.ts';
import { Patience } from './internal/patience.ts';
import { LiveUri } from './live-uri.ts';

const ROTATE_BYTES = 64 << 20;
const KEEP = 8;
const LINE_FEED = 0x0a;
/** A line of a letter is some hundred bytes: the last line end is not further from the end than this. */
const TAIL_BYTES = 64 << 10;

export class LetterFileSink implements LiveSink<readonly DeadLetter[]> {
  readonly uri: string;
  readonly #path: string;
  readonly #rotateBytes: number;
  readonly #keep: number;
  readonly #encoder: NdjsonEncoder<readonly DeadLetter[]> = new NdjsonEncoder(deadLetterTable);
  readonly #patience: Patience = new Patience();
  #file: AppendFile | null;
  #letters = 0;
  #bytes = 0;
  #rotations = 0;
  #isClosed = false;

  private constructor(uri: string, options: LetterFileOptions, file: AppendFile) {
    this.uri = uri;
    this.#path = options.path;
    this.#rotateBytes = options.rotateBytes;
    this.#keep = options.keep;
    this.#file = file;
  }

  /**
   * Opens `file:PATH?rotate=64MiB&keep=8` (the defaults) and goes on after the last whole line of what is there.
   * @throws WindrowError USAGE for an unknown option or another form than NDJSON, OUTPUT where the file cannot be written
   */
  static async open(text: string): Promise<LetterFileSink> {
    const options = letterFileOptions(text);
    const { path } = options;
    try {
      await makeFolder(dirname(path));
      return new LetterFileSink(text, options, await openAtLineEnd(path));
    } catch (error) {
      throw new WindrowError('OUTPUT', `${path}: cannot be written: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async publish(letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 0) return;
    const bytes = Buffer.concat([...this.#encoder.encode(letters)]);
    await this.#patience.run(async () => {
      await this.#makeRoom();
      await this.#file!.append(bytes);
    });
    this.#letters += letters.length;
    this.#bytes += bytes.length;
  }

  status(): LiveStatus {
    return {
      uri: this.uri,
      state: this.#isClosed ? 'ended' : this.#patience.state,
      error: this.#patience.error,
      counters: {
        letters: this.#letters,
        bytes: this.#bytes,
        rotations: this.#rotations,
        retries: this.#patience.retries,
      },
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#patience.end();
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }

  /** After this a file is open, and not full. */
  async #makeRoom(): Promise<void> {
    this.#file ??= await openAtLineEnd(this.#path);
    if (this.#file.sizeBytes < this.#rotateBytes) return;
    const full = this.#file;
    this.#file = null;
    await full.close();
    await this.#shift();
    this.#rotations++;
    this.#file = await openAtLineEnd(this.#path);
  }

  async #shift(): Promise<void> {
    const end = extname(this.#path);
    const start = this.#path.slice(0, this.#path.length - end.length);
    const nameOf = (n: number): string => (n === 0 ? this.#path : `${start}.${n}${end}`);
    await rm(nameOf(this.#keep), { force: true });
    for (let n = this.#keep - 1; n >= 0; n--) {
      await rename(nameOf(n), nameOf(n + 1)).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      });
    }
    await syncFolder(dirname(this.#path));
  }
}

export interface LetterFileOptions {
  readonly path: string;
  readonly rotateBytes: number;
  readonly keep: number;
}

/** @throws WindrowError USAGE for what the URI may not say */
export function letterFileOptions(text: string): LetterFileOptions {
  const uri = new LiveUri(text);
  const options = {
    path: uri.path,
    rotateBytes: uri.sizeBytes('rotate', ROTATE_BYTES, { min: 1 << 10, max: 2 ** 40 }),
    keep: uri.count('keep', KEEP, { min: 0, max: 10_000 }),
  };
  uri.finish();
  const named = formatOfName(uri.path);
  if (named?.format !== 'ndjson' || named.compression !== null) {
    throw new WindrowError(
      'USAGE',
      `${text}: expected a file of dead letters that ends in .ndjson or .jsonl, since it is appended to`,
    );
  }
  return options;
}

/** What a crash left of a line is cut off. */
async function openAtLineEnd(path: string): Promise<AppendFile> {
  const handle = await open(path, 'a+');
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await handle.read(tail, 0, tail.length, size - tail.length);
    const end = tail.lastIndexOf(LINE_FEED) + 1;
    return await AppendFile.open(
      path,
      end === 0 && size > TAIL_BYTES ? size : size - tail.length + end,
    );
  } finally {
    await handle.close();
  }
}
