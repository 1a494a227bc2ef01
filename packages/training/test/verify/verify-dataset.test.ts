import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/dataset/read-manifest.ts';
import { verifyDataset, type VerifyReport } from '../../src/verify/verify-dataset.ts';
import { RowSource, definition, everySecond, withPass, type Row } from '../small-line.ts';
import { exportTo, inFolder, type Asked } from '../read-dataset.ts';

function verify(
  path: string,
  rows: readonly Row[],
  definitions = [definition()],
): Promise<VerifyReport> {
  return withPass(new RowSource(rows), async (pass) =>
    verifyDataset({ dataset: await readDataset(path), definitions, samples: 10, seed: 3, pass }),
  );
}

const ROWS = everySecond(0, 40);
/** Any order: those of odd seconds come last. */
const SHUFFLED = [
  ...ROWS.filter(([, ms]) => ms % 2000 === 0),
  ...ROWS.filter(([, ms]) => ms % 2000 !== 0).toReversed(),
];
const AS_KNOWN: Asked = {
  asKnown: { outOfOrderMs: 2000, arrivalColumn: null, idleAfterMs: 0, maxFutureMs: 0 },
};

describe('a dataset', () => {
  it.each(['none', 'cells', 'summary'] as const)(
    'is made again from any order (flat: %s)',
    (flat) =>
      inFolder(async (folder) => {
        const path = join(folder, 'dataset');
        await exportTo(path, new RowSource(ROWS), { output: { flat } });
        expect(await verify(path, SHUFFLED)).toEqual({
          examples: 38,
          compared: 10,
          differences: [],
        });
      }),
  );

  it('of float32 tensors is, too', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      const rows = ROWS.map(([id, ms, value]): Row => [id, ms, value + 0.1]);
      await exportTo(path, new RowSource(rows), { dtype: 'float32' });
      expect((await verify(path, rows)).differences).toEqual([]);
    }));

  it('that differs says where, and how', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource(ROWS));
      const other = ROWS.map(([id, ms, value]): Row => [id, ms, id === 1 ? value + 0.5 : value]);
      const { differences } = await verify(path, other);
      expect(differences).toHaveLength(10);
      expect(differences[0]).toMatch(
        /^data\/split=all\/part-0\.parquet, row \d+ \(prediction of line .*aa, window that ends at 1970-01-01T00:00:\d\d\.000Z\): 3 of 6 numbers differ, the first at channel 1, cell 0: found 10\d\d in the dataset, 10\d\d\.5 from the stream$/,
      );
      const gone = await verify(path, []);
      expect(gone.differences[0]).toMatch(/the stream does not score this window$/);
    }));

  it('as known is replayed in order of arrival, which matters', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      const rows: readonly Row[] = [...ROWS.slice(0, 60), [0, 5500, 99], ...ROWS.slice(60)];
      await exportTo(path, new RowSource(rows), AS_KNOWN);
      expect((await verify(path, rows)).differences).toEqual([]);
      const early: readonly Row[] = [...ROWS.slice(0, 12), [0, 5500, 99], ...ROWS.slice(12)];
      const all = await withPass(new RowSource(early), async (pass) =>
        verifyDataset({
          dataset: await readDataset(path),
          definitions: [definition()],
          samples: 1000,
          seed: 0,
          pass,
        }),
      );
      expect(all.differences).toHaveLength(3);
    }));

  it('is not verified with other definitions', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource(ROWS));
      await expect(verify(path, ROWS, [definition({ windowMs: 4000 })])).rejects.toThrow(
        /found window_size_s 4, expected 3/,
      );
      await expect(verify(path, ROWS, [])).rejects.toThrow(/found no definition/);
      await expect(verify(join(folder, 'none'), ROWS)).rejects.toThrow(
        /dataset\.json: cannot be read/,
      );
    }));
});
