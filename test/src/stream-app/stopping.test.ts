/**
 *     samples   ------------ SIGTERM                 ------------
 *     app       reads  |  drains, exits 0   |  goes on where the checkpoint stands
 */
import { appendFile, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SLOW, withApp } from './stream-app.ts';
import { predictionsIn, secondsOf, withTinyJob, type TinyJob } from './tiny-job.ts';

const START_S = 1_700_000_000;

const nth = (job: TinyJob, n: number): Promise<void> =>
  appendFile(job.input, secondsOf([1, 2], START_S + n * 50, START_S + (n + 1) * 50));

describe.concurrent('SIGTERM', SLOW, () => {
  it.each(['strict', 'eager'])(
    'drains, exits with 0 and loses nothing; a restart goes on (%s)',
    (delivery) =>
      withTinyJob([1, 2], async (job) => {
        const args = [...job.args, '--checkpoint', job.path('state'), '--delivery', delivery];
        for (let n = 0; n < 3; n++) {
          await withApp(args, async (app) => {
            await app.logged('started');
            await nth(job, n);
            // In the middle of it, at another place each time.
            await app.until(
              'samples',
              async () => (await app.metric('windrow_samples_received_total'))! > 0,
            );
            await sleep(n * 7);
            expect(await app.stop()).toEqual({ code: 0, signal: null });
            expect(app.log.at(-1)).toMatchObject({
              event: 'ended',
              outcome: 'stopped',
              drained: true,
            });
          });
        }
        await withApp(args, async (app) => {
          await app.until(
            'all samples',
            async () => (await app.metric('windrow_samples_received_total')) === 600,
          );
          await app.stop();
        });
        const got = await predictionsIn(job.out);
        // Windows from the first that is complete to the watermark, five seconds behind the last sample.
        expect(got.size).toBe(2 * (150 - 10 - 5));
        for (const { window_end_ms: end, value } of got.values()) {
          const seconds = Array.from({ length: 10 }, (_, i) => (end / 1000 - 10 + i) % 60);
          expect(value).toBeCloseTo(1 + seconds.reduce((a, b) => a + b) / 10, 9);
        }
      }),
  );

  it('leaves the hour in hand to the next start, which goes on with it', () =>
    withTinyJob([1, 2], async (job) => {
      const sink = `files:${job.out}?format=ndjson&interval=1d`;
      const args = job.args.with(job.args.indexOf('--sink') + 1, sink);
      for (let n = 0; n < 2; n++) {
        await withApp([...args, '--checkpoint', job.path('state')], async (app) => {
          await app.logged('started');
          await nth(job, n);
          await app.until(
            'samples',
            async () => (await app.metric('windrow_samples_received_total')) === 200 * (n + 1),
          );
          expect((await app.stop()).code).toBe(0);
        });
        await expect(predictionsIn(job.out)).resolves.toHaveProperty('size', 0);
      }
      // A replay of nothing finishes what is there.
      const replay = [
        '--definitions',
        job.definitions,
        '--models',
        job.models,
        '--source',
        'stdin:',
      ];
      await withApp(
        [...replay, '--sink', sink],
        async (app) => {
          app.child.stdin!.end();
          expect((await app.ended).code).toBe(0);
        },
        { stdin: 'pipe' },
      );
      expect(await predictionsIn(job.out)).toHaveProperty('size', 2 * (100 - 10 - 5));
    }));

  it('ends what has not begun at once, though definitions do not come', () =>
    withTinyJob([1], async (job) => {
      let asked = 0;
      // It takes requests, and never answers.
      const server = createServer(() => void asked++);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const definitions = ['--definitions', `http://127.0.0.1:${port}/definitions.json`];
      try {
        for (const [source, sink, code] of [
          [`follow:${job.path('in')}`, 'log:', 0],
          [job.input, job.path('out.csv'), 143],
        ] as const) {
          asked = 0;
          const args = [...definitions, '--models', job.models, '--source', source];
          await withApp([...args, '--sink', sink], async (app) => {
            await app.until('a question', () => asked > 0);
            expect(await app.stop()).toEqual({ code, signal: null });
            expect(app.stderr.includes('was told to stop before it began')).toBe(code === 0);
          });
        }
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }));

  it('need not come: after kill -9 nothing is lost, and no name has two values', () =>
    withTinyJob([1, 2], async (job) => {
      const args = [...job.args, '--checkpoint', job.path('state'), '--snapshot-interval', '0.1'];
      for (let n = 0; n < 3; n++) {
        await withApp(args, async (app) => {
          await app.logged('started');
          await nth(job, n);
          const some = 40 + n * 90;
          await app.until(
            'samples',
            async () => (await app.metric('windrow_samples_received_total'))! > some,
          );
          await sleep(n * 40);
          expect((await app.stop('SIGKILL')).signal).toBe('SIGKILL');
        });
      }
      await withApp(args, async (app) => {
        await app.until(
          'all predictions',
          async () => (await app.metric('windrow_predictions_total')) === 270,
        );
        expect((await app.stop()).code).toBe(0);
      });
      // Throws where a name is there twice.
      expect(await predictionsIn(job.out)).toHaveProperty('size', 270);
    }));

  it('twice ends at once', () =>
    withTinyJob([1], async (job) => {
      const sink = `files:${job.out}?format=ndjson&interval=1s`;
      const args = [
        ...job.args.with(job.args.indexOf('--sink') + 1, sink),
        '--drain-timeout',
        '600',
      ];
      await withApp(args, async (app) => {
        await app.logged('started');
        // The folder is in the way of itself: nothing can be written, and so nothing drained.
        await rm(job.out, { recursive: true });
        await writeFile(job.out, '');
        await appendFile(job.input, secondsOf([1], START_S, START_S + 50));
        await app.until(
          'predictions',
          async () => (await app.metric('windrow_outbox_predictions'))! > 0,
        );
        app.child.kill('SIGTERM');
        await app.logged('draining');
        await sleep(200);
        expect(app.child.exitCode).toBeNull();
        expect(await app.stop()).toEqual({ code: 143, signal: null });
      });
    }));

  it('leaves no output of a replay that is shown at its end', () =>
    withTinyJob([1], async (job) => {
      await appendFile(job.input, secondsOf([1], START_S, START_S + 200_000));
      const sink = job.path('all.csv');
      const args = ['--definitions', job.definitions, '--models', job.models, '--sink', sink];
      await withApp([...args, '--source', job.input], async (app) => {
        await app.logged('started');
        expect((await app.stop()).code).toBe(143);
        await expect(stat(sink)).rejects.toThrow('ENOENT');
      });
    }));
});

describe.concurrent('standard input', SLOW, () => {
  it('ends, and every window is judged', () =>
    withTinyJob([1], async (job) => {
      const args = ['--definitions', job.definitions, '--models', job.models, '--sink', 'log:'];
      await withApp(
        [...args, '--source', 'stdin:'],
        async (app) => {
          app.child.stdin!.end(secondsOf([1], START_S, START_S + 30));
          expect((await app.ended).code).toBe(0);
          // To the end of the input, not to the watermark.
          expect(app.stdout.trimEnd().split('\n')).toHaveLength(30);
        },
        { stdin: 'pipe' },
      );
    }));

  it('is read no faster than predictions are taken', () =>
    withTinyJob([1], async (job) => {
      const args = ['--definitions', job.definitions, '--models', job.models, '--sink', 'log:'];
      await withApp(
        [...args, '--source', 'stdin:', '--max-predictions', '100'],
        async (app) => {
          app.child.stdout!.pause();
          const text = secondsOf([1], START_S, START_S + 40_000);
          app.child.stdin!.write(text);
          await app.logged('paused');
          await sleep(200);
          expect(app.child.stdin!.writableLength).toBeGreaterThan(0);
          app.child.stdout!.resume();
          app.child.stdin!.end();
          expect((await app.ended).code).toBe(0);
          expect(app.stdout.trimEnd().split('\n')).toHaveLength(40_000);
        },
        { stdin: 'pipe' },
      );
    }));
});

describe.concurrent('the summary', SLOW, () => {
  it('is written at the end, also when the run fails', () =>
    withTinyJob([1], async (job) => {
      await appendFile(job.input, secondsOf([1], START_S, START_S + 30));
      const file = job.path('summary.json');
      const args = [
        '--definitions',
        job.definitions,
        '--models',
        job.models,
        '--summary-file',
        file,
      ];
      const run = (source: string): Promise<number | null> =>
        withApp(
          [...args, '--sink', 'log:', '--source', source],
          async (app) => (await app.ended).code,
        );
      expect(await run(job.input)).toBe(0);
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
        command: 'windrow-stream',
        ok: true,
        samples: { received: 60 },
        predictions: 30,
      });
      expect(await run(job.path('nothing.csv'))).toBe(1);
      expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ ok: false });
    }));
});
