import { existsSync } from 'node:fs';
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileSource } from '../../src/index.ts';
import { FIXTURES, FORMS, keysOf, readAll, someRows, withFolder, writeRows } from '../samples.ts';
import { sourceContract } from '../source-contract.ts';

for (const form of FORMS) {
  sourceContract(`file .${form}`, (use) =>
    withFolder(async (folder) => {
      const rows = someRows(3000);
      const path = await writeRows(join(folder, `samples.${form}`), rows);
      await use({ source: fileSource(`file:${path}`), rows });
    }),
  );
}

sourceContract('folder of several forms', (use) =>
  withFolder(async (folder) => {
    const rows = someRows(900);
    await mkdir(join(folder, 'b'));
    await writeRows(join(folder, 'a.csv'), rows.slice(0, 300));
    await writeRows(join(folder, 'b', 'x.parquet'), rows.slice(300, 600));
    await writeRows(join(folder, 'c.ndjson.gz'), rows.slice(600));
    await use({ source: fileSource(folder), rows });
  }),
);

describe('what a path names', () => {
  it('reads a folder or a glob by name, leaves hidden and temporary files out, and mentions others', () =>
    withFolder(async (folder) => {
      const rows = someRows(40);
      await writeRows(join(folder, '2.csv'), rows.slice(20));
      await writeRows(join(folder, '1.csv'), rows.slice(0, 20));
      await copyFile(join(folder, '1.csv'), join(folder, '.hidden.csv'));
      await copyFile(join(folder, '1.csv'), join(folder, '3.csv.tmp'));
      await writeFile(join(folder, 'notes.txt'), 'x');
      await symlink(folder, join(folder, 'loop'));
      const notes: string[] = [];
      const note = (text: string): void => void notes.push(text);
      expect(keysOf((await readAll(fileSource(folder, { note }))).rows)).toEqual(keysOf(rows));
      expect(notes).toEqual([expect.stringMatching(/not read, for their extension: .*notes\.txt/)]);
      const glob = fileSource(`file:${folder}/[12].csv`);
      expect(keysOf((await readAll(glob)).rows)).toEqual(keysOf(rows));
      expect(keysOf((await readAll(fileSource(`${folder}/?.csv`))).rows)).toEqual(keysOf(rows));
    }));

  it('refuses a path with nothing behind it, an empty folder and an unknown extension', () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, 'a.txt'), 'x');
      const splits = (uri: string): Promise<unknown> => fileSource(uri).splits(null);
      await expect(splits(`${folder}/no.csv`)).rejects.toMatchObject({ code: 'INPUT' });
      await expect(splits(`${folder}/*.csv`)).rejects.toMatchObject({ code: 'INPUT' });
      await expect(splits(folder)).rejects.toThrow(/known extension.*\.parquet/);
      await expect(splits(`${folder}/a.txt`)).rejects.toThrow(/expected one of .*\.parquet/);
    }));

  it('hands splits on as plain data', () =>
    withFolder(async (folder) => {
      const rows = someRows(100);
      const path = await writeRows(join(folder, 'a.parquet'), rows);
      const splits = structuredClone(await fileSource(path).splits(null));
      const other = fileSource(path);
      expect(keysOf((await readAll({ ...bound(other), splits: async () => splits })).rows)).toEqual(
        keysOf(rows),
      );
    }));
});

function bound(source: ReturnType<typeof fileSource>): ReturnType<typeof fileSource> {
  return {
    uri: source.uri,
    splits: (range) => source.splits(range),
    read: (split, options) => source.read(split, options),
    close: () => source.close(),
  };
}

describe.skipIf(!existsSync(FIXTURES))(
  'fixtures (skipped: ../shared is not beside the project)',
  () => {
    const data = join(FIXTURES, 'data');

    it('gives equal rows from every form of the ten minutes', async () => {
      const expected = keysOf((await readAll(fileSource(`${data}/liveline-10min.csv`))).rows);
      expect(expected).toHaveLength(51_000);
      const names = ['.ndjson', '.arrow', '.arrows', '-binary-id.parquet', '-dictionary.arrow'];
      for (const name of names) {
        const read = await readAll(fileSource(`${data}/liveline-10min${name}`));
        expect(read.letters).toEqual([]);
        expect(keysOf(read.rows).toSorted()).toEqual(expected.toSorted());
      }
      const wide = await readAll(fileSource(`${data}/liveline-wide-10min.parquet`));
      expect(keysOf(wide.rows).toSorted()).toEqual(expected.toSorted());
    });

    it('takes a row group of liveline out that lies outside the range', async () => {
      const source = fileSource(`${data}/liveline.parquet`);
      const all = await source.splits(null);
      const third = all[2]!;
      const range = { startMs: third.minMs!, endMs: third.minMs! + 1 };
      const some = await source.splits(range);
      expect(some.length).toBeLessThan(all.length);
      expect(some.map((split) => split.name)).toContain(third.name);
      expect(all.reduce((sum, split) => sum + split.rowCount!, 0)).toBe(1_197_480);
    });

    it.each(['csv', 'ndjson'])('sorts faulty.%s under its headings', async (form) => {
      const golden = (await import(`${FIXTURES}/golden/faulty.json`, {
        with: { type: 'json' },
      })) as {
        default: Record<string, { rows: { line: number; heading: string; why?: string }[] }>;
      };
      const expected = golden.default[`faulty.${form}`]!.rows;
      const read = await readAll(fileSource(`${data}/faulty.${form}`));
      const quarantined = expected.filter((row) => row.heading === 'quarantined');
      expect(read.letters.map((letter) => letter.row)).toEqual(quarantined.map((row) => row.line));
      const invalid = expected.filter((row) => row.heading === 'invalid');
      const notFinite = read.rows.filter((row) => !Number.isFinite(row.value));
      expect(notFinite).toHaveLength(invalid.length);
      expect(read.rows).toHaveLength(expected.length - quarantined.length);
    });
  },
);
