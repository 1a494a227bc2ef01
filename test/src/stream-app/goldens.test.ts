/**
 * The stream goldens through the app, revision by revision: each from a file and from standard input in the order of its rows, with models
 * in 1, 2 and 3 workers, with and without checkpoints; the one with most revisions also without workers.
 */
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetricDictionary } from '@windrow/core';
import { fileSource, openSampleSink } from '@windrow/io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectPredictions } from '../kit/expect-predictions.ts';
import { SKIPPED, fixture, goldenJson, goldenPredictions, hasFixtures } from '../kit/fixtures.ts';
import { SLOW, withApp } from './stream-app.ts';
import { predictionsIn } from './tiny-job.ts';

interface GoldenStream {
  readonly data: string;
  readonly definitions: string;
  readonly out_of_order_s: number;
  readonly predictions: number;
}

const goldens = hasFixtures ? goldenJson<Record<string, GoldenStream>>('stream-counts') : {};

const runs = Object.entries(goldens).flatMap(([name, golden], i) =>
  (name === 'stream-delayed-late' ? [0, 1, 2, 3] : [1, 2, 3]).flatMap((workers) => [
    { name, golden, source: 'file:', workers, keeps: (i + workers) % 2 === 0 },
    { name, golden, source: 'stdin:', workers, keeps: (i + workers) % 2 === 1 },
  ]),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windrow-goldens-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The samples of a file as NDJSON, in their order; made once. */
const asLines = new Map<string, Promise<string>>();
function linesOf(data: string): Promise<string> {
  let path = asLines.get(data);
  if (path === undefined) {
    path = writeLines(fixture(`data/${data}`), join(folder, `${data}.ndjson`));
    asLines.set(data, path);
  }
  return path;
}

async function writeLines(from: string, to: string): Promise<string> {
  const source = fileSource(from);
  const sink = await openSampleSink(to);
  const dictionary = new MetricDictionary();
  const reject = (letter: { readonly reason: string }): void => {
    throw new Error(letter.reason);
  };
  for (const split of await source.splits(null)) {
    for await (const batch of source.read(split, { dictionary, range: null, reject })) {
      await sink.write(batch);
    }
  }
  await sink.commit();
  return to;
}

describe
  .skipIf(!hasFixtures)
  .concurrent(`windrow-stream gives the stream goldens${SKIPPED}`, SLOW, () => {
    it.each(runs)(
      '$name from $source in $workers workers, checkpoints: $keeps',
      async ({ name, golden, source, workers, keeps }) => {
        const own = await mkdtemp(join(folder, 'run-'));
        const out = join(own, 'out');
        const isStdin = source === 'stdin:';
        const stdin = isStdin ? openSync(await linesOf(golden.data), 'r') : undefined;
        const args = [
          ...['--definitions', fixture(`definitions/${golden.definitions}`)],
          ...['--models', fixture('models'), '--workers', String(workers)],
          ...['--source', isStdin ? source : `file:${fixture(`data/${golden.data}`)}`],
          ...['--sink', `files:${out}?format=ndjson&interval=31d`],
          ...['--out-of-order', String(golden.out_of_order_s), '--idle-after', '0'],
          ...(keeps ? ['--checkpoint', join(own, 'state'), '--snapshot-interval', '0.5'] : []),
        ];
        await withApp(
          args,
          async (app) => {
            const { code } = await app.ended;
            expect([code, app.stderr]).toEqual([
              0,
              expect.stringContaining('"outcome":"finished"'),
            ]);
          },
          stdin === undefined ? {} : { stdin },
        );
        if (stdin !== undefined) closeSync(stdin);
        const got = await predictionsIn(out);
        expect(got.size).toBe(golden.predictions);
        const collected = new Map(
          Array.from(got, ([key, row]) => [
            key,
            {
              value: row.value,
              model: { identifier: row.model_identifier, version: row.model_version, sha256: '' },
            },
          ]),
        );
        expectPredictions(collected, goldenPredictions(name));
      },
    );
  });
