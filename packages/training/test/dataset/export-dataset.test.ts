import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LINE,
  OTHER_LINE,
  RowSource,
  definition,
  everySecond,
  metric,
  type Row,
} from '../small-line.ts';
import { examplesOf, exportTo, inFolder, manifestOf, type Asked } from '../read-dataset.ts';

/** Of every file below a folder, by its path. */
async function digests(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found[path.slice(folder.length)] = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  }
  return found;
}

const TARGET: Asked['examples'] = {
  from: 'windows',
  windows: { targets: ['next=input:0'], horizonMs: 2000, spanMs: null },
};

describe('every window', () => {
  it('is an example with the cell of its target, and those without one are left out', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      const { gathered } = await exportTo(path, new RowSource(everySecond(0, 10)), {
        examples: TARGET,
      });
      const found = await examplesOf(path, ['target_next', 'observed_share']);
      // The cell that starts two seconds after the end: 9 is the last one.
      expect(found.map((row) => [row.window_end_ms / 1000, row['target_next']])).toEqual(
        [3, 4, 5, 6, 7].map((end) => [end, end + 2]),
      );
      expect(found[0]!['observed_share']).toEqual([1, 1]);
      expect(gathered.withoutTarget).toBe(3);
    }));

  it('has the same bytes in every order of arrival, for other batches, and whatever came before', () =>
    inFolder(async (folder) => {
      const rows: readonly Row[] = [...everySecond(0, 30), [0, 5000, 99], [1, 7000, -1]];
      const asked: Asked = { examples: TARGET, split: 'time:0.6/0.4', output: { npy: true } };
      await exportTo(join(folder, 'first'), new RowSource(rows), asked);
      const expected = await digests(join(folder, 'first'));
      expect(Object.keys(expected)).toHaveLength(9);
      await exportTo(join(folder, 'again'), new RowSource(rows), asked);
      expect(await digests(join(folder, 'again'))).toEqual(expected);
      // Which of two samples was superseded follows from their order, and is counted in the manifest.
      const { '/dataset.json': _, ...data } = expected;
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.shuffledSubarray([...rows], { minLength: rows.length }),
          fc.integer({ min: 1, max: 50 }),
          async (shuffled, batchRows) => {
            const path = join(folder, `run-${run++}`);
            await exportTo(path, new RowSource(shuffled, { batchRows }), asked);
            expect(await digests(path)).toMatchObject(data);
          },
        ),
        { numRuns: 8 },
      );
    }));

  it('is counted with the inputs to blame', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      // Metric 1 misses second 5: the windows that end at 6, 7 and 8.
      const rows = everySecond(0, 10).filter(([id, ms]) => id === 0 || ms !== 5000);
      await exportTo(path, new RowSource(rows));
      const { counts } = await manifestOf(path);
      expect(counts).toMatchObject({
        samples: { received: 19, applied: 19 },
        // Ends 1, 2, 11 and 12 reach beyond the samples on both inputs.
        windows: [{ scored: 5, incomplete: 7, incomplete_by_input: [4, 7] }],
      });
    }));

  it.each(['last', 'constant'] as const)('fills as the definition says: %s', (method) =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      const fill = method === 'last' ? { method, maxAgeMs: 1000 } : { method, value: -1 };
      const rows = everySecond(0, 10).filter(([id, ms]) => id === 0 || ms !== 5000);
      await exportTo(path, new RowSource(rows), {
        definitions: [definition({ fill })],
        range: { afterMs: 5000, untilMs: 6000 },
      });
      const cell = method === 'last' ? 1004 : -1;
      expect(await examplesOf(path, ['tensor', 'observed_share'])).toMatchObject([
        { tensor: [3, 4, 5, 1003, 1004, cell], observed_share: [1, 2 / 3] },
      ]);
    }),
  );
});

describe('a dataset', () => {
  const lines = [
    definition(),
    definition({
      lineId: OTHER_LINE,
      inputMetricIds: [metric(2), metric(3)],
      outputMetricId: metric(7),
    }),
  ];
  const rows = everySecond(0, 20).flatMap(([id, ms, value]): Row[] => [
    [id, ms, value],
    [id + 2, ms, -value],
  ]);

  it('holds several lines, in order of definition and time', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource(rows), { definitions: lines });
      const found = await examplesOf(path, ['line_id']);
      expect(found.map((row) => row['line_id'])).toEqual([
        ...Array.from({ length: 18 }, () => LINE),
        ...Array.from({ length: 18 }, () => OTHER_LINE),
      ]);
    }));

  it.each([
    { flat: 'none', format: 'arrow' },
    { flat: 'cells', format: 'parquet' },
    { flat: 'summary', format: 'arrow' },
  ] as const)('can be $format with --flat $flat', ({ flat, format }) =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource(everySecond(0, 3)), {
        output: { flat, format },
        metricNames: new Map([[metric(0), 'speed']]),
      });
      const columns = {
        none: ['tensor'],
        cells: ['speed_cell_0', 'speed_cell_2', 'input_1_cell_1'],
        summary: ['speed_mean', 'speed_std', 'input_1_min', 'input_1_last'],
      }[flat];
      const values = {
        none: [[0, 1, 2, 1000, 1001, 1002]],
        cells: [0, 2, 1001],
        summary: [1, Math.sqrt(2 / 3), 1000, 1002],
      }[flat];
      const [row] = await examplesOf(path, columns);
      expect(columns.map((name) => row![name])).toEqual(values);
    }),
  );

  it('refuses definitions of other shapes', () =>
    inFolder(async (folder) => {
      const others = [definition(), definition({ windowMs: 5000 })];
      const path = join(folder, 'dataset');
      await expect(exportTo(path, new RowSource([]), { definitions: others })).rejects.toThrow(
        /window_size_s 3 and 5, expected the same in one dataset/,
      );
      expect(await readdir(folder)).toEqual([]);
    }));

  it('of nothing is a dataset without parts', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource([]), { examples: TARGET, split: 'time:0.5/0.5' });
      expect(await examplesOf(path, ['tensor'])).toEqual([]);
    }));
});

describe('what goes wrong', () => {
  it('leaves nothing: the source breaks in mid-stream', () =>
    inFolder(async (folder) => {
      const source = new RowSource(everySecond(0, 50), { breaksAfter: 60 });
      await expect(exportTo(join(folder, 'dataset'), source)).rejects.toThrow('connection is gone');
      expect(await readdir(folder)).toEqual([]);
    }));

  it('never takes the place of what is there', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      const source = new RowSource(everySecond(0, 5));
      await exportTo(path, source);
      const before = await digests(path);
      await expect(exportTo(path, source)).rejects.toThrow(/found a dataset.*--overwrite/);
      const broken = new RowSource(everySecond(0, 50), { breaksAfter: 60 });
      await expect(exportTo(path, broken, { output: { overwrite: true } })).rejects.toThrow('gone');
      expect(await digests(path)).toEqual(before);
      await exportTo(path, new RowSource(everySecond(0, 6)), { output: { overwrite: true } });
      expect(await digests(path)).not.toEqual(before);
      const other = join(folder, 'other');
      await mkdir(other);
      await writeFile(join(other, 'precious.txt'), 'x');
      await expect(exportTo(other, source, { output: { overwrite: true } })).rejects.toThrow(
        /a folder that is no dataset/,
      );
      expect((await readdir(folder)).toSorted()).toEqual(['dataset', 'other']);
    }));
});

describe('leakage', () => {
  it('no test window shares a sample with a train window, nor with its target', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'dataset');
      await exportTo(path, new RowSource(everySecond(0, 60)), {
        examples: TARGET,
        split: 'time:0.5/0.25/0.25',
        embargoMs: 2000,
      });
      const found = await examplesOf(path, ['tensor', 'target_next']);
      const order = ['train', 'validation', 'test'];
      for (const [i, split] of order.slice(1).entries()) {
        const before = found.filter((row) => order.indexOf(row.split) <= i);
        const after = found.filter((row) => row.split === split);
        // Values of metric 0 are their seconds, so the greatest one known is the latest.
        const latest = Math.max(...before.map((row) => Number(row['target_next'])));
        const first = Math.min(...after.map((row) => (row['tensor'] as number[])[0]!));
        expect(first - latest).toBeGreaterThan(2);
      }
    }));
});
