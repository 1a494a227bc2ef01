import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slicesOf } from '../../src/collect/collect-slices.ts';
import { RowSource, definition, everySecond, type Row } from '../small-line.ts';
import { examplesOf, exportTo, inFolder, manifestOf, type Asked } from '../read-dataset.ts';

const PART = 'data/split=all/part-0.parquet';
// Metric 1 misses second 25.
const ROWS: readonly Row[] = everySecond(0, 60).filter(([id, ms]) => id === 0 || ms !== 25_000);
const RANGE = { afterMs: 0, untilMs: 62_000 };
const SLICED: Asked = { sliceMs: 10_000, range: RANGE };

describe('slices', () => {
  it('make up the range', () => {
    expect(slicesOf({ afterMs: 5, untilMs: 25 }, 10)).toEqual([
      { afterMs: 5, untilMs: 15 },
      { afterMs: 15, untilMs: 25 },
    ]);
    expect(slicesOf({ afterMs: 0, untilMs: 11 }, 10)).toHaveLength(2);
    expect(slicesOf({ afterMs: 0, untilMs: 0 }, 10)).toEqual([]);
  });

  it('give the bytes that the whole gives, and leave nothing beside the dataset', () =>
    inFolder(async (folder) => {
      await exportTo(join(folder, 'whole'), new RowSource(ROWS), { range: RANGE });
      await exportTo(join(folder, 'sliced'), new RowSource(ROWS), SLICED);
      const [whole, sliced] = await Promise.all(
        ['whole', 'sliced'].map((name) => readFile(join(folder, name, PART))),
      );
      expect(sliced!.equals(whole!)).toBe(true);
      const windowsOf = async (name: string): Promise<unknown> =>
        ((await manifestOf(join(folder, name)))['counts'] as { windows: unknown }).windows;
      expect(await windowsOf('sliced')).toEqual(await windowsOf('whole'));
      expect((await readdir(folder)).toSorted()).toEqual(['sliced', 'whole']);
    }));

  it('that are done are not made again after a failure', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      const source = new CountingSource(3);
      await expect(exportTo(path, source, SLICED)).rejects.toThrow('the connection is gone');
      expect(await readdir(folder)).toEqual(['.dataset.slices']);
      expect((await readdir(join(folder, '.dataset.slices'))).toSorted()).toEqual([
        'job.json',
        'slice-0.json',
        'slice-0.records',
        'slice-1.json',
        'slice-1.records',
        'slice-2.json',
        'slice-2.records',
        'slice-3.records',
      ]);
      const again = new CountingSource(99);
      await exportTo(path, again, SLICED);
      // Seven slices, of which three were there.
      expect(again.reads).toBe(4);
      await exportTo(join(folder, 'whole'), new RowSource(ROWS), { range: RANGE });
      expect(
        (await readFile(join(path, PART))).equals(await readFile(join(folder, 'whole', PART))),
      ).toBe(true);
      expect((await readdir(folder)).toSorted()).toEqual(['dataset', 'whole']);
    }));

  it('of something else are not taken', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      await expect(exportTo(path, new CountingSource(3), SLICED)).rejects.toThrow('gone');
      const again = new CountingSource(99);
      await exportTo(path, again, { ...SLICED, definitions: [definition({ windowMs: 4000 })] });
      expect(again.reads).toBe(7);
      expect(await examplesOf(path, ['tensor'])).not.toHaveLength(0);
    }));

  it('whose records are cut short are not trusted', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      await expect(exportTo(path, new CountingSource(3), SLICED)).rejects.toThrow('gone');
      await writeFile(join(folder, '.dataset.slices', 'slice-1.records'), 'x');
      await expect(exportTo(path, new CountingSource(99), SLICED)).rejects.toThrow(
        /records end early; remove the folder.*the same command goes on from there/,
      );
      await rm(join(folder, '.dataset.slices'), { recursive: true });
      await exportTo(path, new CountingSource(99), SLICED);
    }));

  it('are refused where they make no sense', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      const asKnown = { outOfOrderMs: 0, arrivalColumn: null, idleAfterMs: 0, maxFutureMs: 0 };
      await expect(exportTo(path, new RowSource(ROWS), { ...SLICED, asKnown })).rejects.toThrow(
        /--slice: found --as-known/,
      );
      await expect(exportTo(path, new RowSource(ROWS), { sliceMs: 10_000 })).rejects.toThrow(
        /give --start and --end/,
      );
      expect(await readdir(folder)).toEqual([]);
    }));
});

/** Breaks on the read after so many. */
class CountingSource extends RowSource {
  reads = 0;
  readonly #breaksAt: number;

  constructor(breaksAt: number) {
    super(ROWS);
    this.#breaksAt = breaksAt;
  }

  override read(...args: Parameters<RowSource['read']>): ReturnType<RowSource['read']> {
    if (this.reads++ === this.#breaksAt) throw new Error('the connection is gone');
    return super.read(...args);
  }
}
