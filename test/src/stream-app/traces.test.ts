/** A trace is a delivery's way through the job, for an engineer who asks where its time went. */
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { OtlpReceiver } from './otlp-receiver.ts';
import { SLOW, withApp, type StreamApp } from './stream-app.ts';
import { secondsOf, withTinyJob, type TinyJob } from './tiny-job.ts';

const START_S = 1_700_000_000;

const made = (app: StreamApp, count: number): Promise<true> =>
  app.until(
    `${count} predictions`,
    async () => (await app.metric('windrow_predictions_total')) === count,
  );

async function withReceiver<T>(run: (receiver: OtlpReceiver) => Promise<T>): Promise<T> {
  const receiver = await OtlpReceiver.start();
  try {
    return await run(receiver);
  } finally {
    await receiver.close();
  }
}

const tracedBy = (job: TinyJob, endpoint: string, ratio: string): string[] => [
  ...job.args,
  ...['--checkpoint', job.path('state'), '--otel-endpoint', endpoint, '--otel-ratio', ratio],
];

describe.concurrent('traces', SLOW, () => {
  it('show a delivery from its arrival to its publication', () =>
    withReceiver((receiver) =>
      withTinyJob([1, 2], async (job) => {
        await withApp(tracedBy(job, receiver.endpoint, '1'), async (app) => {
          await app.logged('started');
          await appendFile(job.input, secondsOf([1, 2], START_S, START_S + 30));
          await made(app, 30);
          expect((await app.stop()).code).toBe(0);
        });
        const roots = receiver.named('delivery');
        const windows = roots.map((root) => Number(root.attributes['windrow.windows']));
        expect(windows.reduce((a, b) => a + b)).toBe(30);
        const samples = roots.map((root) => Number(root.attributes['windrow.samples']));
        expect(samples.reduce((a, b) => a + b)).toBe(120);
        const root = roots.find((one) => Number(one.attributes['windrow.windows']) > 0)!;
        expect(root.parentSpanId).toBeUndefined();
        expect(root.attributes['windrow.source']).toMatch(/^follow:/);
        expect(root.attributes).not.toHaveProperty('windrow.incomplete');
        const children = receiver.childrenOf(root);
        const order = ['wait', 'windows', 'score', 'commit', 'publish'];
        const stages = order.map((name) => children.find((child) => child.name === name)!);
        expect(stages.map((stage) => stage?.name)).toEqual(order);
        const [wait, judged, score, commit, publish] = stages;
        // The first window of each stage goes on when the stage before lets it; clocks are read to the millisecond.
        expect(wait!.endMs).toBeLessThanOrEqual(judged!.startMs + 2);
        expect(judged!.startMs).toBeLessThanOrEqual(score!.startMs + 2);
        expect(score!.startMs).toBeLessThanOrEqual(commit!.startMs + 2);
        expect(commit!.endMs).toBeLessThanOrEqual(publish!.startMs + 2);
        for (const child of children) {
          expect(child.startMs).toBeGreaterThanOrEqual(root.startMs - 2);
          expect(child.endMs).toBeLessThanOrEqual(root.endMs + 2);
        }
        expect(judged!.attributes).toMatchObject({
          'windrow.windows': root.attributes['windrow.windows'],
        });
        expect(JSON.stringify(score!.attributes['windrow.models'])).toContain('mean/1');
        expect(publish!.attributes['windrow.sink']).toMatch(/^files:/);
        const published = children.filter(({ name }) => name === 'publish');
        expect(
          published.reduce(
            (sum, { attributes }) => sum + Number(attributes['windrow.predictions_of_delivery']),
            0,
          ),
        ).toBe(Number(root.attributes['windrow.windows']));
        expect(receiver.named('checkpoint').length).toBeGreaterThan(0);
      }),
    ));

  it('say which sink did not take it, and are complete when it does', () =>
    withReceiver((receiver) =>
      withTinyJob([1], async (job) => {
        await withApp(tracedBy(job, receiver.endpoint, '1'), async (app) => {
          await app.logged('started');
          // Where the sink's folder should be is a file.
          await rm(job.out, { recursive: true, force: true });
          await writeFile(job.out, '');
          await appendFile(job.input, secondsOf([1], START_S, START_S + 30));
          await made(app, 15);
          await app.until('a sink that fails', async () => {
            const text = await (await app.get('/metrics')).text();
            return /windrow_sink_up\{[^}]*\} 0/.test(text);
          });
          await rm(job.out);
          await mkdir(job.out);
          await app.until(
            'no backlog',
            async () => (await app.metric('windrow_outbox_predictions')) === 0,
          );
          expect((await app.stop()).code).toBe(0);
        });
        const root = receiver
          .named('delivery')
          .find(({ attributes }) => Number(attributes['windrow.windows']) > 0)!;
        expect(root.attributes).not.toHaveProperty('windrow.incomplete');
        const publish = receiver.childrenOf(root).filter(({ name }) => name === 'publish');
        expect(publish.at(-1)!.endMs - root.startMs).toBeGreaterThan(0);
        expect(publish.length).toBeGreaterThan(0);
      }),
    ));

  it('are as many as are asked for, each whole', () =>
    withReceiver((receiver) =>
      withTinyJob([1], async (job) => {
        await withApp(tracedBy(job, receiver.endpoint, '0'), async (app) => {
          await app.logged('started');
          await appendFile(job.input, secondsOf([1], START_S, START_S + 30));
          await made(app, 15);
          expect((await app.stop()).code).toBe(0);
        });
        expect(receiver.spans).toEqual([]);
      }),
    ));

  it('have a place that dry-run tries', () =>
    withReceiver((receiver) =>
      withTinyJob([1], async (job) => {
        const lineOf = (endpoint: string): Promise<[number | null, string | undefined]> =>
          withApp(['dry-run', ...tracedBy(job, endpoint, '1')], async (app) => {
            const { code } = await app.ended;
            return [code, app.stdout.split('\n').find((line) => line.includes('traces '))];
          });
        expect(await lineOf(receiver.endpoint)).toEqual([
          0,
          `ok   traces       ${receiver.endpoint}: takes traces`,
        ]);
        expect(receiver.spans).toEqual([]);
        const [code, line] = await lineOf('http://127.0.0.1:9/v1/traces');
        expect([code, line]).toEqual([1, expect.stringMatching(/^FAIL traces .*nobody takes/)]);
      }),
    ));

  it('that nobody takes stop nothing', () =>
    withTinyJob([1], (job) =>
      withApp(tracedBy(job, 'http://127.0.0.1:9/v1/traces', '1'), async (app) => {
        await app.logged('started');
        await appendFile(job.input, secondsOf([1], START_S, START_S + 30));
        await made(app, 15);
        expect((await app.stop()).code).toBe(0);
      }),
    ));
});
