/**
 *     published  |--- 10 h ---|--- 11 h ---|
 *     grace                   |<->| then 10 h is a file
 *     late               x                     -> 10 h -r2
 */
import { appendFile, mkdir, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openLivePredictionSink } from '../../../src/index.ts';
import { withFolder } from '../../samples.ts';
import { HOUR_MS, TEN_MS, linesIn, minutesIn, plus, predictions, visible } from '../predictions.ts';

interface Clock {
  now: number;
}

function open(
  folder: string,
  query = '',
  clock: Clock = { now: TEN_MS },
): ReturnType<typeof openLivePredictionSink> {
  return openLivePredictionSink(`files:${folder}${query === '' ? '' : `?${query}`}`, {
    nowMs: () => clock.now,
  });
}

const TEN = '2026-11-22T10-00-00Z';
const ELEVEN = '2026-11-22T11-00-00Z';

describe('windowed files', () => {
  it.each(['parquet', 'arrow', 'arrows', 'csv', 'ndjson', 'ndjson.gz', 'csv.zst'])(
    'one %s file an interval of window ends, complete or not there',
    (format) =>
      withFolder(async (folder) => {
        const sink = await open(folder, `format=${format}`);
        await sink.publish(predictions(plus(0, 1, 59)));
        await sink.publish(predictions(plus(60, 60.5)));
        expect(await visible(folder)).not.toContain(`${TEN}.${format}`);
        await sink.publish(predictions(plus(61.1)));
        await vi.waitFor(async () => {
          expect(await visible(folder)).toContain(`${TEN}.${format}`);
        });
        // Ten sharp ends the hour before.
        expect(await minutesIn(folder, `${TEN}.${format}`)).toEqual([1, 59, 60]);
        await sink.close();
        expect(await visible(folder)).toEqual([
          `2026-11-22T09-00-00Z.${format}`,
          `${TEN}.${format}`,
          `${ELEVEN}.${format}`,
        ]);
        expect(await minutesIn(folder, `${ELEVEN}.${format}`)).toEqual([60.5, 61.1]);
        expect(sink.status()).toMatchObject({ state: 'ended', counters: { rows: 6, files: 3 } });
      }),
  );

  it('rows say all that predictions say', () =>
    withFolder(async (folder) => {
      const sink = await open(folder, 'format=ndjson');
      await sink.publish(predictions([TEN_MS + 10_000], { definition: 1, revision: 2, value: -0 }));
      await sink.close();
      const text = await readFile(join(folder, `${TEN}.ndjson`), 'utf8');
      expect(text).toContain('"value":-0,');
      expect(await linesIn(join(folder, `${TEN}.ndjson`))).toEqual([
        {
          metric_id: '1caeef70-43b1-4813-9698-c9462e2d1de1',
          timestamp_ms: TEN_MS + 10_000,
          value: -0,
          line_id: '613cbd00-1279-420e-b0c5-dc310b9978b9',
          device_id: 'b9be0864-8a25-4260-bd84-0c90aac0c38a',
          machine_id: '602edb42-9d61-42c0-869c-3897b9d040c7',
          name: 'p1',
          window_start_ms: TEN_MS - 290_000,
          window_end_ms: TEN_MS + 10_000,
          model_identifier: 'a',
          model_version: 3,
          model_sha256: 'ab',
          revision: 2,
        },
      ]);
    }));

  it('what comes twice is there once, also across a restart and for a finished interval', () =>
    withFolder(async (folder) => {
      const first = await open(folder, 'format=csv');
      await first.publish(predictions(plus(1, 2)));
      await first.publish(predictions(plus(2, 3)));
      await first.publish(predictions(plus(2), { revision: 1 }));
      await first.publish(predictions(plus(2), { definition: 1 }));
      await first.close();
      expect(await minutesIn(folder, `${TEN}.csv`)).toEqual([1, 2, 3, 2, 2]);
      expect(first.status().counters).toMatchObject({ duplicates: 1 });
      const second = await open(folder, 'format=csv');
      await second.publish(predictions(plus(2, 3)));
      await second.close();
      expect(await visible(folder)).toEqual([`${TEN}.csv`]);
      const third = await open(folder, 'format=csv');
      await third.publish(predictions(plus(3, 4)));
      await third.close();
      expect(await visible(folder)).toEqual([`${TEN}-r2.csv`, `${TEN}.csv`]);
      expect(await minutesIn(folder, `${TEN}-r2.csv`)).toEqual([4]);
    }));

  it('late ones go to a file of their own, and numbers are not given twice when files are moved away', () =>
    withFolder(async (folder) => {
      const clock = { now: TEN_MS };
      const sink = await open(folder, 'format=csv&idle=10s', clock);
      await sink.publish(predictions(plus(1, 62)));
      await vi.waitFor(async () => expect(await visible(folder)).toEqual([`${TEN}.csv`]));
      await sink.publish(predictions(plus(2)));
      await sink.publish(predictions(plus(3)));
      clock.now += 10_000;
      await sink.publish(predictions([]));
      await vi.waitFor(async () =>
        expect(await visible(folder)).toEqual([`${TEN}-r2.csv`, `${TEN}.csv`, `${ELEVEN}.csv`]),
      );
      expect(await minutesIn(folder, `${TEN}-r2.csv`)).toEqual([2, 3]);
      await sink.close();
      for (const name of await visible(folder)) await rm(join(folder, name));
      const later = await open(folder, 'format=csv');
      await later.publish(predictions(plus(4)));
      await later.close();
      expect(await visible(folder)).toEqual([`${TEN}-r3.csv`]);
    }));

  it('an interval for which nothing comes any more is finished by the clock alone', () =>
    withFolder(async (folder) => {
      const clock = { now: TEN_MS };
      const sink = await open(folder, 'format=csv&idle=100ms', clock);
      await sink.publish(predictions(plus(1)));
      clock.now += 100;
      await vi.waitFor(async () => expect(await visible(folder)).toEqual([`${TEN}.csv`]));
      await sink.close();
    }));

  it('a full file is finished, and the next one begins', () =>
    withFolder(async (folder) => {
      const sink = await open(folder, 'format=csv&max_rows=2');
      await sink.publish(predictions(plus(1)));
      await sink.publish(predictions(plus(2, 3)));
      await sink.publish(predictions(plus(4)));
      await sink.close();
      expect(await minutesIn(folder, `${TEN}.csv`)).toEqual([1, 2, 3]);
      expect(await minutesIn(folder, `${TEN}-r2.csv`)).toEqual([4]);
    }));

  it.each([
    ['keep', [], [1, 2]],
    ['finish', [1], [2]],
  ])('at a stop that is none for good, with at_stop=%s', (atStop, before, after) =>
    withFolder(async (folder) => {
      const query = `format=csv&at_stop=${atStop}`;
      const first = await open(folder, query);
      await first.publish(predictions(plus(1)));
      first.hold?.();
      await first.close();
      const seen = await Promise.all(
        (await visible(folder)).map((name) => minutesIn(folder, name)),
      );
      expect(seen.flat()).toEqual(before);
      const second = await open(folder, query);
      await second.publish(predictions(plus(2)));
      await second.close();
      const [newest] = await visible(folder);
      expect(await minutesIn(folder, newest!)).toEqual(after);
    }),
  );

  it('so many intervals are open at most', () =>
    withFolder(async (folder) => {
      const sink = await open(folder, 'format=csv&grace=31d&max_open=2');
      for (let i = 0; i < 5; i++) await sink.publish(predictions([TEN_MS + i * HOUR_MS + 1]));
      await vi.waitFor(async () => expect(await visible(folder)).toHaveLength(3));
      await sink.close();
      expect(await visible(folder)).toHaveLength(5);
    }));
});

/** A sink that was killed: its journals lie there, nothing was closed. */
async function killed(folder: string, query = 'format=csv'): Promise<string[]> {
  const sink = await open(folder, query);
  await sink.publish(predictions(plus(1)));
  await sink.publish(predictions(plus(2)));
  const copy = `${folder}-copy`;
  await mkdir(copy, { recursive: true });
  for (const name of await readdir(folder)) {
    await writeFile(join(copy, name), await readFile(join(folder, name)));
  }
  await sink.close();
  await rm(folder, { recursive: true });
  await mkdir(folder);
  for (const name of await readdir(copy)) {
    await writeFile(join(folder, name), await readFile(join(copy, name)));
  }
  await rm(copy, { recursive: true });
  return readdir(folder);
}

describe('windowed files after a kill', () => {
  it('go on with what was published', () =>
    withFolder(async (folder) => {
      expect(await killed(folder)).toEqual([`.${TEN}.journal`]);
      const sink = await open(folder, 'format=csv');
      await sink.publish(predictions(plus(2, 3)));
      await sink.close();
      expect(await minutesIn(folder, `${TEN}.csv`)).toEqual([1, 2, 3]);
    }));

  it('at every byte of the journal: whole publishes stay, half ones go, and it is gone on', () =>
    withFolder(async (folder) => {
      const at = join(folder, 'a');
      await mkdir(at);
      const [name] = await killed(at);
      const journal = await readFile(join(at, name!));
      const seen = new Set<string>();
      const cuts = Array.from({ length: journal.length / 41 }, (_, i) => i * 41);
      for (const length of [...cuts, journal.length]) {
        await rm(at, { recursive: true });
        await mkdir(at);
        await writeFile(join(at, name!), journal);
        await truncate(join(at, name!), length);
        const sink = await open(at, 'format=csv');
        await sink.publish(predictions(plus(9)));
        await sink.close();
        const files = await visible(at);
        expect(files).toHaveLength(1);
        seen.add((await minutesIn(at, files[0]!)).join());
      }
      expect([...seen]).toEqual(['9', '1,9', '1,2,9']);
    }));

  it('with bytes after the end, or a flipped bit: what is before it stays', () =>
    withFolder(async (folder) => {
      const [name] = await killed(folder);
      await appendFile(join(folder, name!), Buffer.alloc(100, 0xff));
      const sink = await open(folder, 'format=csv');
      await sink.close();
      expect(await minutesIn(folder, `${TEN}.csv`)).toEqual([1, 2]);
    }));

  it('with a file that is there: the part is finished, and is not written again', () =>
    withFolder(async (folder) => {
      await killed(folder);
      await writeFile(join(folder, `${TEN}.csv`), 'as it was');
      const sink = await open(folder, 'format=csv');
      await sink.publish(predictions(plus(2, 3)));
      await sink.close();
      expect(await readFile(join(folder, `${TEN}.csv`), 'utf8')).toBe('as it was');
      expect(await minutesIn(folder, `${TEN}-r2.csv`)).toEqual([3]);
    }));

  it('with other intervals: what was open is finished as it was', () =>
    withFolder(async (folder) => {
      await killed(folder);
      const sink = await open(folder, 'format=csv&interval=1m');
      await sink.publish(predictions(plus(2)));
      await sink.close();
      expect(await visible(folder)).toEqual([`${TEN}.csv`, `2026-11-22T10-01-00Z.csv`]);
    }));
});

describe('windowed files refuse', () => {
  it.each([
    ['files:?interval=1h', /expected files:FOLDER/],
    ['files:/tmp/x?interval=1.5s', /interval: expected whole seconds/],
    [
      'files:/tmp/x?interval=soon',
      /interval: found "soon", expected a duration .*, from 1s to 31d$/,
    ],
    ['files:/tmp/x?format=xml', /format: found "xml", expected parquet/],
    ['files:/tmp/x?format=rec', /format: found "rec"/],
    ['files:/tmp/x?intervall=1h', /found the option "intervall", expected one of format, interval/],
    ['files:/tmp/x?format=csv&format=csv', /format: found 2 values, expected one/],
    ['files:/proc/nothing', /cannot be written/],
  ])('%s', async (uri, message) => {
    await expect(openLivePredictionSink(uri, { nowMs: () => 0 })).rejects.toThrow(message);
  });
});
