/** Every endpoint of a running app, as an engineer asks them. */
import { appendFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { withApp } from './stream-app.ts';
import { lineId, outputId, secondsOf, withTinyJob } from './tiny-job.ts';

const START_S = 1_700_000_000;

describe('a running app answers', () => {
  it('probes, metrics and queries, and problems as problems', () =>
    withTinyJob([1, 2], (job) =>
      withApp([...job.args, '--checkpoint', job.path('state')], async (app) => {
        await app.until('a yes of /readyz', async () => (await app.get('/readyz')).ok);
        await appendFile(job.input, secondsOf([1], START_S, START_S + 30));
        await appendFile(job.input, 'this is no sample\n');
        await app.until(
          'predictions',
          async () => (await app.metric('windrow_predictions_total')) === 15,
        );

        expect(await (await app.get('/livez')).text()).toBe('ok\n');
        expect(await app.json('/readyz')).toEqual({ ready: true, reasons: [] });

        const metrics = await app.get('/metrics');
        expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
        expect(await app.metric('windrow_samples_received_total')).toBe(61);
        expect(await app.metric('windrow_samples_total{heading="applied"}')).toBe(60);
        expect(await app.metric('windrow_samples_total{heading="quarantined"}')).toBe(1);
        expect(await app.metric('windrow_dead_letters_total')).toBe(1);
        expect(await app.metric('windrow_model_scored_total{model="mean",version="1"}')).toBe(15);
        expect(await app.metric('windrow_lines')).toBe(2);
        expect(await app.metric('windrow_lines_seen')).toBe(1);
        const lag = await app.metric(`windrow_line_watermark_lag_seconds{line="${lineId(1)}"}`);
        expect(lag).toBeGreaterThan(Date.now() / 1000 - START_S - 60);
        expect(await app.metric('windrow_checkpoint_age_seconds')).toBeLessThan(20);
        expect(await app.metric('windrow_definitions')).toBe(2);
        expect(await app.metric('windrow_definitions_age_seconds')).toBeLessThan(60);
        expect(await app.metric('windrow_ready')).toBe(1);
        expect(await app.metric('nodejs_eventloop_lag_p99_seconds')).not.toBeNull();
        expect(await app.metric('process_resident_memory_bytes')).toBeGreaterThan(1e6);

        const line = await app.json(`/v1/lines/${lineId(1).toUpperCase()}`);
        expect(line).toMatchObject({
          line_id: lineId(1),
          watermark_ms: (START_S + 29 - 5) * 1000,
          latest_ms: (START_S + 29) * 1000,
          samples: { received: 60, applied: 60 },
          definitions: [{ output_metric_id: outputId(1), name: 'mean-1' }],
        });
        expect(await app.json(`/v1/lines/${lineId(2)}`)).toMatchObject({ watermark_ms: null });
        expect(await app.json('/v1/lines')).toHaveLength(2);
        expect(await app.json('/v1/definitions')).toMatchObject([
          { name: 'mean-1' },
          { name: 'mean-2' },
        ]);
        expect(await app.json(`/v1/definitions/${outputId(1)}`)).toMatchObject({
          definition: { output_metric_id: outputId(1), window_ms: 10_000 },
          model: { identifier: 'mean', version: 1 },
          line: { line_id: lineId(1) },
          counts: { scored: 15 },
        });
        expect(await app.json('/v1/status')).toMatchObject({ state: 'running', lines: 2 });

        for (const [path, status] of [
          ['/v1/lines/abc', 400],
          [`/v1/lines/${lineId(9)}`, 404],
          ['/v1/definitions/abc', 400],
          [`/v1/definitions/${outputId(9)}`, 404],
          ['/v1/nothing', 404],
          ['/nothing', 404],
          ['/v1/lines/%zz', 400],
        ] as const) {
          const response = await app.get(path);
          expect([path, response.status]).toEqual([path, status]);
          expect(response.headers.get('content-type')).toBe('application/problem+json');
          expect(await response.json()).toMatchObject({ status, detail: expect.any(String) });
        }
        const posted = await fetch(`${await app.url()}/v1/lines`, { method: 'POST' });
        expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
        const head = await fetch(`${await app.url()}/livez`, { method: 'HEAD' });
        expect([head.status, await head.text()]).toEqual([200, '']);
        expect(await app.stop()).toEqual({ code: 0, signal: null });
      }),
    ));

  it('on 127.0.0.1 unless it is told otherwise, and says where a port is taken', () =>
    withTinyJob([1], (job) =>
      withApp(job.args, async (app) => {
        const url = new URL(await app.url());
        expect(url.hostname).toBe('127.0.0.1');
        const args = [...job.args.slice(0, -1), url.port];
        await withApp(args, async (second) => {
          expect((await second.ended).code).toBe(2);
          expect(second.stderr).toMatch(/--http: \d+: cannot listen there: .*EADDRINUSE/);
        });
      }),
    ));
});
