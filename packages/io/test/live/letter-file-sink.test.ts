import { appendFile, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeadLetter } from '@windrow/core';
import { describe, expect, it } from 'vitest';
import { openLiveDeadLetterSink } from '../../src/index.ts';
import { withFolder } from '../samples.ts';
import { linesIn } from './predictions.ts';

const letter = (row: number, raw = 'x'): DeadLetter => ({
  heading: 'quarantined',
  source: 's',
  row,
  reason: 'r',
  raw,
});

const open = (uri: string): ReturnType<typeof openLiveDeadLetterSink> =>
  openLiveDeadLetterSink(uri, { nowMs: () => 0 });

describe('dead letters in a file that grows', () => {
  it('are there when publish resolves, and are gone on with after a restart', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'new/letters.ndjson');
      const first = await open(`file:${path}`);
      await first.publish([letter(1), letter(2)]);
      expect(await linesIn(path)).toEqual([letter(1), letter(2)]);
      await first.close();
      const second = await open(path);
      await second.publish([letter(3)]);
      await second.publish([]);
      await second.close();
      expect(await linesIn(path)).toEqual([letter(1), letter(2), letter(3)]);
      expect(second.status()).toMatchObject({ state: 'ended', counters: { letters: 1 } });
    }));

  it('lose what a crash left of a line, and nothing else', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'letters.jsonl');
      const first = await open(path);
      await first.publish([letter(1)]);
      await first.close();
      await appendFile(path, '{"heading":"quara');
      const second = await open(path);
      await second.publish([letter(2)]);
      await second.close();
      expect(await linesIn(path)).toEqual([letter(1), letter(2)]);
    }));

  it('are put aside by number when the file is full, and the oldest go', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'letters.ndjson');
      const sink = await open(`file:${path}?rotate=1KiB&keep=2`);
      for (let i = 0; i < 8; i++) await sink.publish([letter(i, 'x'.repeat(600))]);
      await sink.close();
      expect((await readdir(folder)).toSorted()).toEqual([
        'letters.1.ndjson',
        'letters.2.ndjson',
        'letters.ndjson',
      ]);
      const rows = async (name: string): Promise<unknown[]> =>
        (await linesIn(join(folder, name))).map((line) => (line as DeadLetter).row);
      expect(await rows('letters.2.ndjson')).toEqual([2, 3]);
      expect(await rows('letters.1.ndjson')).toEqual([4, 5]);
      expect(await rows('letters.ndjson')).toEqual([6, 7]);
      expect(sink.status().counters).toMatchObject({ letters: 8, rotations: 3 });
    }));

  it('wait while they cannot be written, and then are there', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'letters.ndjson');
      const sink = await open(`file:${path}?rotate=1KiB&keep=1`);
      await sink.publish([letter(1, 'x'.repeat(1100))]);
      // Something stands where the full file is to go.
      const aside = join(folder, 'letters.1.ndjson');
      await mkdir(aside);
      await writeFile(join(aside, 'a'), '');
      const publishing = sink.publish([letter(2)]);
      await expect.poll(() => sink.status().state).toBe('retrying');
      expect(sink.status().error).toMatch(/EISDIR|EPERM|directory/);
      await rm(aside, { recursive: true });
      await publishing;
      expect(sink.status().state).toBe('ready');
      await sink.close();
      expect(await linesIn(path)).toEqual([letter(2)]);
    }));

  it('that still cannot be written at the end are an error', () =>
    withFolder(async (folder) => {
      const path = join(folder, 'letters.ndjson');
      const sink = await open(`file:${path}?rotate=1KiB&keep=1`);
      await sink.publish([letter(1, 'x'.repeat(1100))]);
      await mkdir(join(folder, 'letters.1.ndjson'));
      const failure = sink.publish([letter(2)]).catch((error: unknown) => error);
      await expect.poll(() => sink.status().state).toBe('retrying');
      await sink.close();
      expect(await failure).toMatchObject({ code: 'OUTPUT' });
      expect(await readFile(path, 'utf8')).toContain('"row":1');
    }));

  it.each([
    ['file:/tmp/letters.csv', /ends in \.ndjson or \.jsonl/],
    ['file:/tmp/letters.ndjson.gz', /ends in \.ndjson or \.jsonl/],
    ['file:/tmp/letters.ndjson?rotate=lots', /rotate: found "lots", expected a size/],
    ['file:/proc/none/letters.ndjson', /cannot be written/],
    ['log:', /found the scheme log:, expected one of file: for dead letters/],
  ])('%s is refused', async (uri, message) => {
    await expect(open(uri)).rejects.toThrow(message);
  });
});
