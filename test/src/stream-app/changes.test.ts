/** Definitions and models change, go bad and go away while the app runs. */
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SLOW, withApp, type StreamApp } from './stream-app.ts';
import {
  definitionsOf,
  outputId,
  predictionsIn,
  secondsOf,
  withTinyJob,
  type TinyJob,
} from './tiny-job.ts';

const START_S = 1_700_000_000;

const argsOf = (job: TinyJob): string[] => [
  ...job.args,
  ...['--definitions-refresh', '0.1', '--models-refresh', '0.1'],
];

/** Waits until so many predictions were made. */
const made = (app: StreamApp, count: number): Promise<true> =>
  app.until(
    `${count} predictions`,
    async () => (await app.metric('windrow_predictions_total')) === count,
  );

describe.concurrent('definitions', SLOW, () => {
  it('are replaced while the app runs, refused when they are bad, and kept when they are gone', () =>
    withTinyJob([1], (job) =>
      withApp(argsOf(job), async (app) => {
        await app.logged('started');
        await appendFile(job.input, secondsOf([1, 2], START_S, START_S + 30));
        await made(app, 15);

        await writeFile(job.definitions, '[{"window_size_s": "long"}]');
        await app.logged('definitions_refused');
        expect(await app.metric('windrow_definitions_up')).toBe(0);
        await rm(job.definitions);
        await app.until(
          'another refusal',
          () => app.log.filter((l) => l.event === 'definitions_refused').length === 2,
        );
        // Nothing of that stops the scoring.
        await appendFile(job.input, secondsOf([1, 2], START_S + 30, START_S + 40));
        await made(app, 25);
        expect((await app.get('/readyz')).ok).toBe(true);

        await writeFile(`${job.definitions}.new`, definitionsOf([1, 2]));
        await rename(`${job.definitions}.new`, job.definitions);
        await app.until(
          'other definitions',
          async () => (await app.metric('windrow_definitions')) === 2,
        );
        await app.logged('redefined');
        await appendFile(job.input, secondsOf([1, 2], START_S + 40, START_S + 60));
        // Line 1 goes on undisturbed; line 2 begins with what it was asked for: ends 50 to 54.
        await made(app, 25 + 20 + 5);
        expect(await app.metric('windrow_definitions_up')).toBe(1);
        expect((await app.get(`/v1/definitions/${outputId(2)}`)).ok).toBe(true);

        await writeFile(job.definitions, definitionsOf([2]));
        await app.until(
          'one definition',
          async () => (await app.metric('windrow_definitions')) === 1,
        );
        expect((await app.get(`/v1/definitions/${outputId(1)}`)).status).toBe(404);
        expect((await app.stop()).code).toBe(0);
        const got = await predictionsIn(job.out);
        const of = (line: number): number =>
          [...got.values()].filter((row) => row.metric_id === outputId(line)).length;
        expect([of(1), of(2)]).toEqual([45, 5]);
      }),
    ));

  it('of a model that is not there are refused, and taken when it is', () =>
    withTinyJob([1], (job) =>
      withApp(argsOf(job), async (app) => {
        await app.logged('started');
        await writeFile(job.definitions, definitionsOf([1, 2], { model_version: 2 }));
        const refused = await app.logged('definitions_refused');
        expect(refused.message).toMatch(/the last good ones stay/);
        expect(await app.metric('windrow_definitions')).toBe(1);
        await job.addModel(2);
        await app.until(
          'two definitions',
          async () => (await app.metric('windrow_definitions')) === 2,
        );
        expect((await app.stop()).code).toBe(0);
      }),
    ));

  it('that were kept let the app start while their URI is down', () =>
    withTinyJob([1], async (job) => {
      const args = [...argsOf(job), '--definitions-cache', job.path('kept.json')];
      await withApp(args, async (app) => {
        await app.logged('started');
        await app.stop();
      });
      await rm(job.definitions);
      await withApp(args, async (app) => {
        await app.logged('started');
        expect(await app.metric('windrow_definitions')).toBe(1);
        expect(await app.metric('windrow_definitions_up')).toBe(0);
        expect(await app.metric('windrow_definitions_age_seconds')).toBe(Infinity);
        await app.stop();
      });
      // Without them an empty start is an error.
      await withApp(job.args, async (app) => {
        expect((await app.ended).code).toBe(2);
        expect(app.stderr).toMatch(
          /error: .*definitions\.json: the definitions file cannot be read/,
        );
        expect((await app.logged('failed')).level).toBe('error');
      });
    }));
});

describe.concurrent('models', SLOW, () => {
  it('are swapped while the app runs, and stay while their store is away', () =>
    withTinyJob([1], (job) =>
      withApp(argsOf(job), async (app) => {
        await app.logged('started');
        await appendFile(job.input, secondsOf([1], START_S, START_S + 30));
        await made(app, 15);
        await rename(job.models, `${job.models}-away`);
        await appendFile(job.input, secondsOf([1], START_S + 30, START_S + 31));
        await made(app, 16);
        await app.until('a failure of the store', async () => {
          await appendFile(job.input, '\n');
          return (await app.metric('windrow_model_store_failures_total'))! > 0;
        });
        await appendFile(job.input, secondsOf([1], START_S + 31, START_S + 32));
        await made(app, 17);
        await rename(`${job.models}-away`, job.models);
        await job.addModel(2);
        let second = START_S + 32;
        await app.until('the new version', async () => {
          await appendFile(job.input, secondsOf([1], second, ++second));
          return app.log.some((line) => line.event === 'model_swapped');
        });
        expect((await app.stop()).code).toBe(0);
        const versions = [...(await predictionsIn(job.out)).values()].map(
          (row) => row.model_version,
        );
        expect(versions.slice(0, 17)).toEqual(Array.from({ length: 17 }, () => 1));
      }),
    ));

  it('that cannot be loaded do not keep a start from taking the version before', () =>
    withTinyJob([1], async (job) => {
      await mkdir(join(job.models, 'mean/2'));
      await writeFile(join(job.models, 'mean/2/model.onnx'), 'no model');
      await withApp(argsOf(job), async (app) => {
        await app.logged('started');
        const refused = await app.logged('model_refused');
        expect(refused.message).toMatch('mean/2/model.onnx');
        await appendFile(job.input, secondsOf([1], START_S, START_S + 30));
        await made(app, 15);
        expect((await app.stop()).code).toBe(0);
      });
      const versions = [...(await predictionsIn(job.out)).values()].map((row) => row.model_version);
      expect(new Set(versions)).toEqual(new Set([1]));
    }));
});
