/** What every source must do. Each implementation calls this with samples of its own. */
import { readdir } from 'node:fs/promises';
import { MetricDictionary, UNKNOWN_SLOT, type Source } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { keysOf, readAll, type Row } from './samples.ts';

export interface SourceCase {
  readonly source: Source;
  /** What it holds, in order of arrival. */
  readonly rows: readonly Row[];
}

/** @param run makes the source, hands it to `use`, and takes it away again */
export function sourceContract(
  name: string,
  run: (use: (given: SourceCase) => Promise<void>) => Promise<void>,
): void {
  describe(`source contract: ${name}`, () => {
    it('gives every row, in order, without dead letters', () =>
      run(async ({ source, rows }) => {
        const read = await readAll(source);
        expect(read.letters).toEqual([]);
        expect(keysOf(read.rows)).toEqual(keysOf(rows));
        expect(Math.min(...read.batchSizes)).toBeGreaterThan(0);
        expect(Math.max(...read.batchSizes)).toBeLessThanOrEqual(65_536);
      }));

    it('gives the same again, and lists its splits by sequence', () =>
      run(async ({ source, rows }) => {
        const sequences = (await source.splits(null)).map((split) => split.sequence);
        expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
        expect((await readAll(source)).rows).toHaveLength(rows.length);
        expect((await readAll(source)).rows).toHaveLength(rows.length);
      }));

    it('says no more about its splits than is true', () =>
      run(async ({ source }) => {
        for (const split of await source.splits(null)) {
          let count = 0;
          const reject = (): void => undefined;
          const options = { dictionary: new MetricDictionary(), range: null, reject };
          for await (const batch of source.read(split, options)) {
            count += batch.length;
            for (let i = 0; i < batch.length; i++) {
              expect(batch.timestampsMs[i]!).toBeGreaterThanOrEqual(split.minMs ?? -Infinity);
              expect(batch.timestampsMs[i]!).toBeLessThanOrEqual(split.maxMs ?? Infinity);
            }
          }
          expect(split.rowCount ?? count).toBe(count);
        }
      }));

    it('gives unknown ids of a closed dictionary the unknown slot', () =>
      run(async ({ source, rows }) => {
        const one = rows[0]!.id;
        const dictionary = MetricDictionary.of([one]);
        const read = await readAll(source, null, dictionary);
        const known = rows.map((row) => (row.id === one ? one : 'unknown'));
        expect(read.rows.map((row) => row.id)).toEqual(known);
        expect(UNKNOWN_SLOT).toBe(-1);
      }));

    it('releases what it held where the iteration ends early', () =>
      run(async ({ source }) => {
        const before = await openFiles();
        for (let round = 0; round < 5; round++) {
          for (const split of await source.splits(null)) {
            const options = {
              dictionary: new MetricDictionary(),
              range: null,
              reject: () => undefined,
            };
            for await (const batch of source.read(split, options)) {
              expect(batch.length).toBeGreaterThan(0);
              break;
            }
          }
        }
        await source.close();
        // A stream closes its file on the next turns of the event loop.
        await expect.poll(openFiles).toBeLessThanOrEqual(before);
      }));
  });
}

/** Number of open file descriptors, where the system tells; else 0. */
async function openFiles(): Promise<number> {
  const names = await readdir('/proc/self/fd').catch(() => []);
  return names.length;
}
