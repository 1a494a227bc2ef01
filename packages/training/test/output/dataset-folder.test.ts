import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DatasetFolder } from '../../src/output/dataset-folder.ts';
import type { RunOwner } from '../../src/output/run-owner.ts';
import { inFolder } from '../read-dataset.ts';

const ID = '01234567-89ab-4def-8123-456789abcdef';
const owner: RunOwner = {
  name: 'here-1',
  hasEnded: (name) => (name.startsWith('there-') ? null : name === 'here-2'),
};

const ALONE = { overwrite: false, owner };

describe('a dataset', () => {
  it.skipIf(process.platform !== 'linux')(
    'is refused at once where no folder can be made',
    async () => {
      await expect(DatasetFolder.create('/proc/set', ALONE)).rejects.toThrow(
        /proc\/set: cannot be written/,
      );
      await expect(DatasetFolder.create('/proc/a/set', ALONE)).rejects.toThrow(/cannot be written/);
    },
  );
});

describe('what a run that was killed was building', () => {
  it('is removed by the next run for the same name if it has surely ended, and nothing else is', () =>
    inFolder(async (folder) => {
      const others = [
        `.set.here-3.${ID}.tmp`,
        `.set.there-2.${ID}.tmp`,
        `.other.here-2.${ID}.tmp`,
        `.set.here-2.${ID}.tmp.old`,
        '.set.here-2.tmp',
        '.set.slices',
      ];
      for (const name of [...others, `.set.here-2.${ID}.tmp`]) {
        await mkdir(join(folder, name, 'data'), { recursive: true });
        await writeFile(join(folder, name, 'data', 'part'), 'x');
      }
      const notes: string[] = [];
      const note = (text: string): unknown => notes.push(text);
      const built = await DatasetFolder.create(join(folder, 'set'), { ...ALONE, note });
      expect(notes).toEqual([
        `${join(folder, `.set.there-2.${ID}.tmp`)}: stays, since it cannot be told from here whether the run that was building it is alive; remove it if none is`,
      ]);
      expect((await readdir(folder)).filter((name) => !name.includes('.here-1.'))).toEqual(
        others.toSorted(),
      );
      await writeFile(join(built.building, 'dataset.json'), '{}');
      await built.commit();
      expect((await readdir(folder)).toSorted()).toEqual([...others, 'set'].toSorted());
    }));
});
