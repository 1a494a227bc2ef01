/** Every endpoint of a running app, as an engineer asks them. */
import { readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readTensorBatch } from '@windrow/windowing';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { SLOW, withApp } from './stream-app.ts';
import { lineId, outputId, secondOf, secondsOf, withTinyJob } from './tiny-job.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** Names of metrics in the table: `windrow_source_up`, and after it `_samples_total`, which goes on from its first word or two. */
function documented(page: string): Set<string> {
  const names = new Set<string>();
  for (const row of page.split('\n').filter((text) => text.startsWith('| `windrow_'))) {
    const cell = row.split('|')[1]!;
    let first = '';
    for (const [, name = ''] of cell.matchAll(/`(\w+)(?:\{[^}]*\})?`/g)) {
      if (name.startsWith('windrow_')) first = name;
      const [start = ''] = /^windrow_[a-z]+/.exec(first) ?? [];
      names.add(name.startsWith('_') ? `${start}${name}` : name);
    }
  }
  return names;
}

const START_S = 1_700_000_000;

describe.concurrent('a running app answers', SLOW, () => {
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

        // What alerts are about is there, and what is there is in the docs.
        const text = await (await app.get('/metrics')).text();
        const names = new Set(text.match(/^windrow_[a-z_]+/gm));
        const alerts = readFileSync(join(ROOT, 'deploy/stream/alerts.yaml'), 'utf8');
        const alarmed = new Set(alerts.match(/\bwindrow_[a-z_]+/g));
        expect([...alarmed].filter((name) => !names.has(name))).toEqual([]);
        const docs = documented(readFileSync(join(ROOT, 'docs/STREAM.md'), 'utf8'));
        expect([...names].filter((name) => name !== 'windrow_info' && !docs.has(name))).toEqual([]);
        expect([...docs].filter((name) => !names.has(name))).toEqual([]);

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
        const { definition } = await app.json<{ definition: object }>(
          `/v1/definitions/${outputId(2)}`,
        );
        expect(definition).toMatchObject({ line_id: lineId(2) });
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

  it('a window as it is now, as JSON and as Arrow', () =>
    withTinyJob([1, 2], (job) =>
      withApp(job.args, async (app) => {
        await app.logged('started');
        // A second that one of the inputs lacks.
        await appendFile(job.input, secondsOf([1], START_S, START_S + 20));
        await appendFile(job.input, secondOf(1, START_S + 20).split('\n')[0]! + '\n');
        await appendFile(job.input, secondsOf([1], START_S + 21, START_S + 30));
        await app.until(
          'predictions',
          async () => (await app.metric('windrow_predictions_total')) === 15,
        );
        const path = `/v1/definitions/${outputId(1)}/window`;
        const first = START_S + 24 - 10;
        const values = Array.from({ length: 10 }, (_, i) => (first + i) % 60);
        const filled = values.with(6, values[5]!);
        expect(await app.json(path)).toMatchObject({
          output_metric_id: outputId(1),
          window_start_ms: first * 1000,
          window_end_ms: (START_S + 24) * 1000,
          verdict: 'complete',
          shape: [2, 10],
          layout: 'channel_major',
          tensor: [...values, ...filled],
          observed: [...values.map(() => 1), 1, 1, 1, 1, 1, 1, 0, 1, 1, 1],
          age_cells: [...values.map(() => 0), 0, 0, 0, 0, 0, 0, 1, 0, 0, 0],
        });
        expect(await app.json(`/v1/definitions/${outputId(1)}`)).toMatchObject({
          inputs: [{ coverage: 1 }, { coverage: 0.9 }],
        });
        expect(await app.json(`${path}?at=${(START_S + 20) * 1000}`)).toMatchObject({
          window_end_ms: (START_S + 20) * 1000,
        });
        const accept = 'application/vnd.apache.arrow.stream';
        const arrow = await app.get(path, { accept });
        expect(arrow.headers.get('content-type')).toBe(accept);
        const table = tableFromIPC(new Uint8Array(await arrow.arrayBuffer()));
        const { tensors, shape, windowEndsMs } = readTensorBatch(table.batches[0]!);
        expect([...tensors]).toEqual([...values, ...filled]);
        expect([shape, [...windowEndsMs]]).toEqual([[2, 10], [(START_S + 24) * 1000]]);
        for (const [asked, status, headers] of [
          [path, 406, { accept: 'text/html' }],
          [`${path}?at=soon`, 400, {}],
          [`${path}?at=0`, 404, {}],
          [`/v1/definitions/${outputId(2)}/window`, 404, {}],
          [`/v1/definitions/${outputId(9)}/window`, 404, {}],
        ] as const) {
          expect([asked, (await app.get(asked, headers)).status]).toEqual([asked, status]);
        }
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
