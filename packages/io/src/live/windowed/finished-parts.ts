/**
 * How many files each interval has had: `.windrow-files.json` in the folder. Files may be moved away by whoever loads them, and still a
 * number is never given twice, so that no file that was finished is ever written again.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WindrowError, found } from '@windrow/core';
import { AtomicFile } from '../../files/atomic-file.ts';

const NAME = '.windrow-files.json';
/** Intervals that are remembered: a year of hours, and some more. */
const INTERVALS_MAX = 10_000;

export class FinishedParts {
  readonly #path: string;
  /** Number of the last part, by interval. */
  readonly #last: Map<string, number>;

  private constructor(path: string, last: Map<string, number>) {
    this.#path = path;
    this.#last = last;
  }

  /** @throws WindrowError OUTPUT where the file is there and says something else */
  static async load(folder: string): Promise<FinishedParts> {
    const path = join(folder, NAME);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
      throw error;
    });
    return new FinishedParts(path, new Map(parseParts(text, path)));
  }

  last(interval: string): number {
    return this.#last.get(interval) ?? 0;
  }

  /** Remembers that a part is finished, durably. */
  async finish(interval: string, number: number): Promise<void> {
    if (number <= this.last(interval)) return;
    // Again at the end: the oldest is the one that was not finished for longest.
    this.#last.delete(interval);
    this.#last.set(interval, number);
    for (const oldest of this.#last.keys()) {
      if (this.#last.size <= INTERVALS_MAX) break;
      this.#last.delete(oldest);
    }
    const file = await AtomicFile.create(this.#path);
    try {
      await file.write(Buffer.from(`${JSON.stringify(Object.fromEntries(this.#last))}\n`));
      await file.commit();
    } finally {
      await file.abort();
    }
  }
}

function parseParts(text: string, path: string): [string, number][] {
  const entries = Object.entries(parsed(text) ?? { '': null });
  for (const [interval, number] of entries) {
    if (interval !== '' && Number.isSafeInteger(number)) continue;
    throw new WindrowError(
      'OUTPUT',
      `${path}: found ${found(text)}, expected the number of the last file of each interval; remove it if nobody needs it`,
    );
  }
  return entries.map(([interval, number]) => [interval, Number(number)]);
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
