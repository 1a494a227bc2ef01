/**
 *     look     1        2            3
 *     a.ndjson ####     #######      (renamed)  -> its rest, then what has its name
 *     b.csv    ##       ####         ####
 *     c.parquet         there        unchanged: read
 */
import { appendFile, mkdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FollowSource } from '../../src/index.ts';
import { batchOf, keysOf, someRows, withFolder, writeRows } from '../samples.ts';
import {
  CSV_HEADER,
  csvLine,
  deliver,
  jsonLine,
  upTo,
  valuesOf,
  type Delivered,
} from './delivered.ts';

const follow = (path: string, query = ''): FollowSource =>
  new FollowSource(`follow:${path}?poll=10ms${query}`);

const lines = (from: number, to: number): string =>
  upTo(to - from)
    .map((i) => jsonLine(from + i))
    .join('');

const enough =
  (count: number) =>
  ({ rows }: Delivered): boolean =>
    rows.length >= count;

/** Runs each step once, when so many rows were delivered. */
function steps(
  plan: Readonly<Record<number, () => Promise<void>>>,
): (got: Delivered) => Promise<void> {
  const left = new Map(Object.entries(plan).map(([count, step]) => [Number(count), step]));
  return async ({ rows }) => {
    for (const [count, step] of left) {
      if (rows.length < count) continue;
      left.delete(count);
      await step();
    }
  };
}

describe('a followed file', () => {
  it.each([
    ['a.ndjson', '', jsonLine],
    ['a.csv', CSV_HEADER, csvLine],
  ])('%s is read as it grows; a line that has no end yet waits', (name, header, line) =>
    withFolder(async (folder) => {
      const path = join(folder, name);
      await writeFile(path, header + line(0) + line(1).slice(0, 20));
      const got = await deliver(
        follow(path),
        enough(4),
        null,
        steps({
          1: () => appendFile(path, line(1).slice(20) + line(2)),
          3: () => appendFile(path, line(3)),
        }),
      );
      expect(valuesOf(got)).toEqual([0, 1, 2, 3]);
      expect(got.letters).toEqual([]);
    }),
  );

  it('of records is read as it grows', () =>
    withFolder(async (folder) => {
      const path = await writeRows(join(folder, 'a.rec'), someRows(100));
      const more = await writeRows(join(folder, 'more.tmp.rec'), someRows(100));
      const bytes = await (await import('node:fs/promises')).readFile(more);
      const got = await deliver(
        follow(path),
        enough(200),
        null,
        steps({
          100: () => appendFile(path, bytes.subarray(0, 1000)),
          131: () => appendFile(path, bytes.subarray(1000)),
        }),
      );
      expect(keysOf(got.rows)).toEqual(keysOf([...someRows(100), ...someRows(100)]));
    }));

  it('may come later', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'later.ndjson');
      setTimeout(() => void writeFile(path, lines(0, 3)), 30);
      const source = follow(path);
      await source.check();
      expect(valuesOf(await deliver(source, enough(3)))).toEqual([0, 1, 2]);
    }));

  it('is gone on with at every position, and nothing comes twice or is left out', () =>
    withFolder(async (folder) => {
      for (const [name, header, line] of [
        ['a.ndjson', '', jsonLine],
        ['a.csv', CSV_HEADER, csvLine],
      ] as const) {
        const path = join(folder, name);
        await writeFile(path, header + line(0));
        const plan = Object.fromEntries(
          upTo(9).map((i) => [i + 1, () => appendFile(path, line(i + 1))]),
        );
        const whole = await deliver(follow(path), enough(10), null, steps(plan));
        expect(valuesOf(whole)).toEqual(upTo(10));
        for (const [i, position] of whole.positions.entries()) {
          if (whole.rowsAt[i] === 10) break;
          const rest = await deliver(follow(path), enough(10 - whole.rowsAt[i]!), position);
          expect(valuesOf(rest)).toEqual(upTo(10).slice(whole.rowsAt[i]));
        }
      }
    }));

  it('that is larger than a piece is read piece by piece', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.ndjson');
      await writeFile(path, lines(0, 40_000));
      const got = await deliver(follow(path), enough(40_000));
      expect(valuesOf(got)).toEqual(upTo(40_000));
      expect(got.positions.length).toBeGreaterThan(2);
    }));

  it('that was cut off begins anew', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.ndjson');
      await writeFile(path, lines(0, 3));
      const source = follow(path);
      const cut = async (): Promise<void> => {
        await truncate(path);
        await appendFile(path, lines(5, 7));
      };
      expect(valuesOf(await deliver(source, enough(5), null, steps({ 3: cut })))).toEqual([
        0, 1, 2, 5, 6,
      ]);
      expect(source.status().counters).toMatchObject({ truncated: 1, replaced: 0, files: 1 });
    }));

  it('that has other bytes under the same inode begins anew', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.ndjson');
      await writeFile(path, lines(0, 3));
      const source = follow(path);
      const rewrite = (): Promise<void> => writeFile(path, lines(3, 9));
      expect(valuesOf(await deliver(source, enough(9), null, steps({ 3: rewrite })))).toEqual(
        upTo(9),
      );
      expect(source.status().counters).toMatchObject({ replaced: 1 });
    }));

  it('that is rotated is read to its end, and then the one that has its name', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.ndjson');
      await writeFile(path, lines(0, 2));
      const source = follow(path);
      const got = await deliver(
        source,
        enough(6),
        null,
        steps({
          2: async () => {
            await appendFile(path, lines(2, 3));
            await rename(path, `${path}.1`);
            await writeFile(path, lines(10, 11));
            // The writer still has the old one.
            await appendFile(`${path}.1`, jsonLine(3) + jsonLine(4).trimEnd());
          },
        }),
      );
      expect(valuesOf(got).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 10]);
      expect(valuesOf(got).slice(0, 5)).toEqual([0, 1, 2, 3, 10]);
      expect(source.status().counters).toMatchObject({ renamed: 1, files: 2 });
    }));

  it('that is rotated while nobody looks is read to its end after the restart', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.csv');
      await writeFile(path, CSV_HEADER + csvLine(0));
      const before = await deliver(follow(path), enough(1));
      await appendFile(path, csvLine(1));
      await rename(path, `${path}.1`);
      await writeFile(path, CSV_HEADER + csvLine(2));
      const after = await deliver(follow(path), enough(2), before.positions.at(-1));
      expect(valuesOf(after)).toEqual([1, 2]);
      expect(after.letters).toEqual([]);
    }));

  it('one bad line in a hundred stops nothing, and is told with file and line', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.csv');
      const text = upTo(300).map((n) => (n % 100 === 50 ? 'nothing,"at all\n' : csvLine(n)));
      await writeFile(path, CSV_HEADER + text.join(''));
      const got = await deliver(follow(path), enough(297));
      expect(got.rows).toHaveLength(297);
      expect(got.letters.map(({ source, row }) => [source, row])).toEqual([
        [path, 52],
        [path, 152],
        [path, 252],
      ]);
    }));

  it('without a header that says the columns is told once, and taken when it is mended', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'a.csv');
      await writeFile(path, `a,b\n${csvLine(0)}`);
      setTimeout(() => void writeFile(path, CSV_HEADER + csvLine(1)), 100);
      const got = await deliver(follow(path), enough(1));
      expect(valuesOf(got)).toEqual([1]);
      expect(got.letters).toMatchObject([
        { source: path, row: null, reason: expect.stringMatching(/^nothing of the file.*"a,b"/) },
      ]);
    }));
});

describe('a followed folder', () => {
  it('is read in order of names, and files that come are taken', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'b.ndjson'), lines(2, 4));
      await writeFile(join(folder, 'a.ndjson'), lines(0, 2));
      await writeFile(join(folder, '.hidden.ndjson'), lines(90, 92));
      await writeFile(join(folder, 'c.ndjson.tmp'), lines(90, 92));
      await writeFile(join(folder, 'readme.txt'), 'hello');
      const come = async (): Promise<void> => {
        await mkdir(join(folder, 'deep'));
        await rename(join(folder, 'c.ndjson.tmp'), join(folder, 'deep/c.ndjson'));
      };
      const got = await deliver(follow(folder), enough(6), null, steps({ 4: come }));
      expect(valuesOf(got)).toEqual([0, 1, 2, 3, 90, 91]);
    }));

  it('is read in order of time where that is asked for', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'b.ndjson'), lines(0, 2));
      await new Promise((resolve) => setTimeout(resolve, 20));
      await writeFile(join(folder, 'a.ndjson'), lines(2, 4));
      const got = await deliver(follow(folder, '&order=mtime'), enough(4));
      expect(valuesOf(got)).toEqual([0, 1, 2, 3]);
    }));

  it.each(['parquet', 'arrow', 'arrows', 'ndjson.gz', 'csv.zst'])(
    '.%s files are read when they are whole, each once',
    (form) =>
      withFolder(async (folder) => {
        const all = someRows(300);
        await writeRows(join(folder, `1.${form}`), all.slice(0, 100));
        const source = follow(folder);
        const got = await deliver(
          source,
          ({ positions, rows }) => rows.length >= 300 && positions.length >= 6,
          null,
          steps({
            100: async () => void (await writeRows(join(folder, `2.${form}`), all.slice(100, 200))),
            200: async () => void (await writeRows(join(folder, `0.${form}`), all.slice(200))),
          }),
        );
        expect(keysOf(got.rows)).toEqual(keysOf(all));
        expect(source.status().counters).toMatchObject({ files: 3, samples: 300 });
      }),
  );

  it('a large file is gone on with in its middle', () =>
    withFolder(async (folder) => {
      await writeRows(join(folder, 'a.parquet'), someRows(300_000), 300_000);
      const whole = await deliver(follow(folder), enough(300_000));
      expect(whole.positions.length).toBeGreaterThan(1);
      const [first] = whole.rowsAt;
      const rest = await deliver(follow(folder), enough(300_000 - first!), whole.positions[0]);
      expect(rest.rows).toHaveLength(300_000 - first!);
      expect(rest.rows[0]).toEqual(whole.rows[first!]);
    }));

  // The file that comes has the size, and as a rule the inode, of the one that was removed.
  it('what was read is forgotten when it is removed, and a damaged file is told', () =>
    withFolder(async (folder) => {
      await writeRows(join(folder, 'a.parquet'), someRows(10));
      await writeFile(join(folder, 'b.parquet'), 'PAR1 no');
      const got = await deliver(follow(folder), enough(20), null, async ({ rows, letters }) => {
        if (rows.length !== 10 || letters.length !== 1) return;
        await rm(join(folder, 'a.parquet'));
        await rm(join(folder, 'b.parquet'));
        await writeRows(join(folder, 'c.parquet'), someRows(10));
      });
      expect(got.letters).toMatchObject([{ source: join(folder, 'b.parquet') }]);
      expect(got.positions.at(-1)).not.toContain('a.parquet');
    }));

  it('that is away for a while is read on when it is back', () =>
    withFolder(async (folder) => {
      const at = join(folder, 'in');
      await mkdir(at);
      await writeFile(join(at, 'a.ndjson'), lines(0, 2));
      const source = follow(at);
      const away = async (): Promise<void> => {
        await rename(at, `${at}-away`);
        await writeFile(at, 'in the way');
        await new Promise((resolve) => setTimeout(resolve, 50));
        await rm(at);
        await rename(`${at}-away`, at);
        await appendFile(join(at, 'a.ndjson'), lines(2, 3));
      };
      expect(valuesOf(await deliver(source, enough(3), null, steps({ 2: away })))).toEqual([
        0, 1, 2,
      ]);
    }));

  it('ends at once when it is told to, and takes acknowledgements', () =>
    withFolder(async (folder) => {
      const source = follow(folder, '').uri.replace('10ms', '1h');
      const ending = new AbortController();
      const slow = new FollowSource(source);
      setTimeout(() => ending.abort(), 20);
      const { dictionary } = batchOf([]);
      const options = {
        dictionary,
        reject: () => undefined,
        resumeAt: null,
        signal: ending.signal,
      };
      for await (const _ of slow.deliveries(options)) expect.unreachable();
      await slow.acknowledge(1);
      await slow.close();
      expect(slow.status()).toMatchObject({ state: 'ready', error: null });
    }));

  it('refuses what it cannot go on with', async () => {
    const source = follow('/tmp');
    await expect(deliver(source, undefined, 'nonsense')).rejects.toThrow(
      /found "nonsense" in the checkpoint, expected the position of a followed folder/,
    );
    await expect(follow('/nowhere/at/all').check()).rejects.toThrow(/there is nothing/);
    await expect(follow('/tmp/*.csv').check()).rejects.toThrow(/found a glob/);
    await expect(follow('/tmp/samples.txt').check()).rejects.toThrow(/extension says no known/);
    await expect(follow('/tmp/a-folder-to-come').check()).resolves.toBeUndefined();
    expect(() => new FollowSource('follow:')).toThrow(/expected follow:PATH/);
    expect(() => new FollowSource('follow:/tmp?pol=1s')).toThrow(/found the option "pol"/);
  });
});
