/** What factories and networks do: none of it stops what is well. */
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { SLOW, withApp, type StreamApp } from './stream-app.ts';
import {
  lettersIn,
  lineId,
  outputId,
  predictionsIn,
  secondOf,
  secondsOf,
  withTinyJob,
} from './tiny-job.ts';

const START_S = 1_700_000_000;

const received = (app: StreamApp, count: number): Promise<true> =>
  app.until(
    `${count} samples`,
    async () => (await app.metric('windrow_samples_received_total')) === count,
  );

const made = (app: StreamApp, count: number): Promise<true> =>
  app.until(
    `${count} predictions`,
    async () => (await app.metric('windrow_predictions_total')) === count,
  );

describe.concurrent('the stream goes on', SLOW, () => {
  it('with one message in a hundred that cannot be read', () =>
    withTinyJob([1, 2], (job) =>
      withApp(job.args, async (app) => {
        await app.logged('started');
        const bad = [
          '{"metric_id": 5}',
          'not JSON',
          '{',
          `{"metric_id":"${lineId(1)}","timestamp_ms":"soon","value":1}`,
        ];
        let text = '';
        for (let s = 0; s < 500; s++) {
          text += secondsOf([1, 2], START_S + s, START_S + s + 1);
          if (s % 25 === 0) text += `${bad[(s / 25) % 4]!}\n`;
        }
        await appendFile(job.input, text);
        await received(app, 2020);
        expect(await app.metric('windrow_samples_total{heading="quarantined"}')).toBe(20);
        expect(await app.metric('windrow_samples_total{heading="applied"}')).toBe(2000);
        expect((await app.get('/readyz')).ok).toBe(true);
        await app.stop();
        expect(await predictionsIn(job.out)).toHaveProperty('size', 2 * (500 - 10 - 5));
        expect(await lettersIn(job.path('letters.ndjson'))).toHaveLength(20);
        // Told, and not one by one.
        expect(app.log.filter((line) => line.event === 'dead_letters').length).toBeLessThan(4);
      }),
    ));

  it('with a line whose clock is a day ahead: its samples are set aside, the others go on', () =>
    withTinyJob([1, 2], (job) =>
      withApp(job.args, async (app) => {
        await app.logged('started');
        const now = Math.floor(Date.now() / 1000) - 100;
        await appendFile(job.input, secondsOf([1], now, now + 50));
        await appendFile(job.input, secondsOf([2], now + 86_400, now + 86_450));
        await received(app, 200);
        expect(await app.metric('windrow_samples_total{heading="quarantined"}')).toBe(100);
        expect(await app.json(`/v1/lines/${lineId(1)}`)).toMatchObject({
          latest_ms: (now + 49) * 1000,
        });
        expect(await app.json(`/v1/lines/${lineId(2)}`)).toMatchObject({ watermark_ms: null });
        await app.stop();
        const got = await predictionsIn(job.out);
        expect(got.size).toBe(35);
        expect([...got.values()].every((row) => row.metric_id === outputId(1))).toBe(true);
        const letters = await lettersIn(job.path('letters.ndjson'));
        expect(letters).toHaveLength(100);
        expect(letters[0]!.reason).toMatch(/further in the future/);
      }),
    ));

  it('with a line that stops: its last windows fire, the other line waits for nobody', () =>
    withTinyJob([1, 2], (job) => {
      const args = [...job.args.with(job.args.indexOf('--idle-after') + 1, '0.5')];
      return withApp(args, async (app) => {
        await app.logged('started');
        const now = Math.floor(Date.now() / 1000) - 60;
        await appendFile(job.input, secondsOf([1, 2], now, now + 30));
        // Line 1 says nothing more, and its watermark goes on with the clock.
        await app.until('windows that no sample made due', async () => {
          const { counts } = await app.json<{ counts: { scored: number } }>(
            `/v1/definitions/${outputId(1)}`,
          );
          return counts.scored >= 18;
        });
        expect(
          await app.metric(`windrow_line_silent_seconds{line="${lineId(1)}"}`),
        ).toBeGreaterThan(0.4);
        await app.stop();
      });
    }));

  it('through a burst of twenty times the rate', () =>
    withTinyJob([1, 2, 3, 4], (job) =>
      withApp([...job.args, '--max-predictions', '200'], async (app) => {
        await app.logged('started');
        const lines = [1, 2, 3, 4];
        await appendFile(job.input, secondsOf(lines, START_S, START_S + 100));
        await received(app, 800);
        await appendFile(job.input, secondsOf(lines, START_S + 100, START_S + 2100));
        await received(app, 16_800);
        await app.stop();
        expect(await predictionsIn(job.out)).toHaveProperty('size', 4 * (2100 - 10 - 5));
      }),
    ));

  it('while a sink is down: readyz says so, reading waits, nothing is lost', () =>
    withTinyJob([1], async (job) => {
      // A link that is turned is a disk that goes away and comes back, each at one moment.
      const pointTo = async (target: string): Promise<void> => {
        await symlink(target, job.path('link'));
        await rename(job.path('link'), job.out);
      };
      await mkdir(job.path('disk'));
      await writeFile(job.path('nothing'), '');
      await pointTo(job.path('disk'));
      const sink = `files:${job.out}?format=ndjson&interval=1m&idle=1h&at_stop=finish`;
      const args = job.args.with(job.args.indexOf('--sink') + 1, sink);
      const state = ['--checkpoint', job.path('state'), '--snapshot-interval', '0.2'];
      const other = ['--sink', `files:${job.path('other')}?format=ndjson&at_stop=finish`];
      return withApp([...args, ...state, ...other, '--max-predictions', '50'], async (app) => {
        await app.logged('started');
        await appendFile(job.input, secondsOf([1], START_S, START_S + 30));
        await app.until(
          'predictions',
          async () =>
            (await app.metric('windrow_outbox_predictions')) === 0 &&
            (await app.metric('windrow_predictions_total')) === 15,
        );
        await pointTo(job.path('nothing'));
        await appendFile(job.input, secondsOf([1], START_S + 30, START_S + 60));
        await app.until(
          'a sink that is not up',
          async () => (await app.metric(`windrow_sink_up{sink="${sink}"}`)) === 0,
        );
        // The other sink has them, and checkpoints go on.
        await app.until(
          'the other sink',
          async () =>
            (await app.metric(
              `windrow_sink_published_total{sink="files:${job.path('other')}?format=ndjson&at_stop=finish"}`,
            )) === 45,
        );
        const before = await app.metric('windrow_checkpoints_total');
        await app.until(
          'a checkpoint',
          async () => (await app.metric('windrow_checkpoints_total'))! > before!,
        );
        // What may wait is bounded: by 50, and what a delivery brought beyond. Nothing more is taken then.
        await appendFile(job.input, secondsOf([1], START_S + 60, START_S + 300));
        await app.logged('paused');
        await appendFile(job.input, secondsOf([1], START_S + 300, START_S + 1500));
        await app.until('a no of /readyz', async () => {
          const response = await app.get('/readyz');
          return response.status === 503 && (await response.text()).includes('sink');
        });
        expect(await app.metric('windrow_outbox_predictions')).toBeLessThan(300);
        await pointTo(job.path('disk'));
        await received(app, 3000);
        await app.until('a yes of /readyz', async () => (await app.get('/readyz')).ok);
        expect((await app.stop()).code).toBe(0);
        expect(await predictionsIn(job.out)).toHaveProperty('size', 1485);
        expect(await predictionsIn(job.path('other'))).toHaveProperty('size', 1485);
      });
    }));

  it('when a scoring worker dies: readyz says no until the next one has its models', () =>
    withTinyJob([1], (job) => {
      const env = {
        NODE_OPTIONS: `--import ${new URL('mortal-worker.ts', import.meta.url).href}`,
        MORTAL_WORKERS: job.folder,
      };
      return withApp(
        [...job.args, '--workers', '1'],
        async (app) => {
          await app.logged('started');
          await appendFile(job.input, secondsOf([1], START_S, START_S + 30));
          await made(app, 15);
          expect((await app.get('/readyz')).ok).toBe(true);
          await writeFile(job.path('wait'), '');
          await writeFile(job.path('end'), '');
          await app.logged('worker_lost');
          const answer = await app.get('/readyz');
          expect([answer.status, await answer.json()]).toEqual([
            503,
            { ready: false, reasons: [expect.stringContaining('scoring workers that died')] },
          ]);
          expect(await app.metric('windrow_workers_down')).toBe(1);
          // What comes meanwhile is read, and scored when there is somebody to score it.
          await appendFile(job.input, secondsOf([1], START_S + 30, START_S + 60));
          await received(app, 120);
          expect(await app.metric('windrow_predictions_total')).toBe(15);
          await rm(job.path('wait'));
          await app.until('a yes of /readyz', async () => (await app.get('/readyz')).ok);
          await made(app, 45);
          expect(await app.metric('windrow_workers_lost_total')).toBe(1);
          expect((await app.stop()).code).toBe(0);
          expect(await predictionsIn(job.out)).toHaveProperty('size', 45);
        },
        { env },
      );
    }));

  it('through samples that are late, twice, and of nobody', () =>
    withTinyJob([1], (job) =>
      withApp(job.args, async (app) => {
        await app.logged('started');
        await appendFile(job.input, secondsOf([1], START_S, START_S + 120));
        await appendFile(
          job.input,
          secondOf(1, START_S + 119) + secondOf(1, START_S + 10, 99) + secondOf(7, START_S),
        );
        await received(app, 246);
        expect(await app.metric('windrow_samples_total{heading="duplicate"}')).toBe(2);
        expect(await app.metric('windrow_samples_total{heading="dropped_late"}')).toBe(2);
        expect(await app.metric('windrow_samples_total{heading="unrouted"}')).toBe(2);
        expect(await app.metric('windrow_lateness_seconds_bucket{le="128"}')).toBe(2);
        expect(await app.metric('windrow_lateness_seconds_bucket{le="64"}')).toBe(0);
        await app.stop();
      }),
    ));
});
