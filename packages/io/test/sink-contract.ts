/** What every sink must do. Each implementation calls this with batches of its own. */
import { readFile, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Sink } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { withFolder } from './samples.ts';

/**
 * @param open opens the sink for a path that this suite chooses
 * @param batches what to write: at least two
 */
export function fileSinkContract<Batch>(
  name: string,
  extension: string,
  open: (path: string) => Promise<Sink<Batch>>,
  batches: readonly Batch[],
): void {
  const inFolder = (run: (path: string) => Promise<void>): Promise<void> =>
    withFolder((folder) => run(`${folder}/new/deep/out.${extension}`));
  const namesBeside = (path: string): Promise<string[]> => readdir(dirname(path));

  describe(`sink contract: ${name} .${extension}`, () => {
    it('shows nothing under its name before commit, and only that after it', () =>
      inFolder(async (path) => {
        const sink = await open(path);
        for (const batch of batches) await sink.write(batch);
        const during = await namesBeside(path);
        expect(during).toHaveLength(1);
        expect(during[0]).toMatch(/^\..*\.tmp$/);
        await sink.commit();
        expect(await namesBeside(path)).toEqual([`out.${extension}`]);
      }));

    it('leaves nothing behind after abort, and nothing changes after commit', () =>
      inFolder(async (path) => {
        const aborted = await open(path);
        await aborted.write(batches[0]!);
        await aborted.abort();
        await aborted.abort();
        expect(await namesBeside(path)).toEqual([]);
        const committed = await open(path);
        await committed.write(batches[0]!);
        await committed.commit();
        const bytes = await readFile(path);
        await committed.abort();
        expect(await readFile(path)).toEqual(bytes);
      }));

    it('replaces a file that is there, whole', () =>
      inFolder(async (path) => {
        const first = await open(path);
        for (const batch of batches) await first.write(batch);
        await first.commit();
        const long = await readFile(path);
        const second = await open(path);
        await second.write(batches[0]!);
        expect(await readFile(path)).toEqual(long);
        await second.commit();
        expect((await readFile(path)).length).toBeLessThan(long.length);
      }));

    it('writes the same bytes again', () =>
      inFolder(async (path) => {
        const write = async (): Promise<Buffer> => {
          const sink = await open(path);
          for (const batch of batches) await sink.write(batch);
          await sink.commit();
          return readFile(path);
        };
        expect(await write()).toEqual(await write());
      }));
  });
}
