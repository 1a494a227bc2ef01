/** validate, dry-run, explain, schema, and what is refused before anything runs. */
import { readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SLOW, withApp } from './stream-app.ts';
import { outputId, withTinyJob, type TinyJob } from './tiny-job.ts';

const SCHEMA = join(import.meta.dirname, '../../../docs/stream-config.schema.json');

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function said(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> {
  return withApp(
    args,
    async (app) => {
      const { code } = await app.ended;
      return { code, stdout: app.stdout, stderr: app.stderr };
    },
    { env },
  );
}

const configOf = (job: TinyJob): string =>
  JSON.stringify({
    definitions: '${DEFINITIONS}',
    models: job.models,
    source: `follow:${job.path('in')}`,
    sink: [`files:${job.out}`, 'log:'],
    'dead-letter': job.path('letters.ndjson'),
    checkpoint: job.path('state'),
  });

describe.concurrent('windrow-stream', SLOW, () => {
  it('dry-run tries every connection and leaves nothing', () =>
    withTinyJob([1, 2], async (job) => {
      const file = job.path('stream.json');
      await writeFile(file, configOf(job));
      const before = await readdir(job.folder);
      const well = await said(['dry-run', '--config', file], { DEFINITIONS: job.definitions });
      expect([well.code, well.stderr]).toEqual([0, '']);
      expect(well.stdout.split('\n').map((line) => line.slice(0, 17).trimEnd())).toEqual([
        'ok   definitions',
        'ok   models',
        'ok   source',
        'ok   sink',
        'ok   sink',
        'ok   dead letters',
        'ok   checkpoint',
        '',
      ]);
      // Folders may stay, nothing in them.
      const made = (await readdir(job.folder)).filter((name) => !before.includes(name));
      const inside = await Promise.all(made.map((name) => readdir(job.path(name))));
      expect(inside.flat()).toEqual([]);
      await rm(join(job.models, 'mean'), { recursive: true });
      const args = ['--source', 'follow:/nowhere/at/all', '--sink', 'files:/proc/none'];
      const ill = await said(['dry-run', '--config', file, ...args, '--checkpoint', '/proc/none'], {
        DEFINITIONS: job.definitions,
      });
      expect(ill.code).toBe(1);
      expect(ill.stdout.match(/^FAIL \S+/gm)).toEqual([
        'FAIL models',
        'FAIL source',
        'FAIL sink',
        'FAIL checkpoint',
      ]);
    }));

  it('validate reads config, definitions and models, and nothing else', () =>
    withTinyJob([1, 2], async (job) => {
      const file = job.path('stream.json');
      await writeFile(file, configOf(job));
      const args = ['validate', '--config', file, '--source', 'follow:/nowhere/at/all'];
      const well = await said(args, { DEFINITIONS: job.definitions });
      expect(well).toMatchObject({ code: 0, stderr: '' });
      expect(well.stdout).toMatch(
        /^ok {2}definitions .*: 2 of 2 lines\nok {2}models .*: mean\/1\n/,
      );
      expect(await said(args)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(
          /stream\.json: definitions: found \$\{DEFINITIONS\}, which is not set/,
        ),
      });
      await writeFile(job.definitions, '[{}]');
      expect(await said(args, { DEFINITIONS: job.definitions })).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/definitions\.json: entry 1: window_size_s: found nothing/),
      });
    }));

  it('explain says which metric feeds what', () =>
    withTinyJob([1, 2], async (job) => {
      const { code, stdout } = await said(['explain', ...job.args]);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        definitions: [{ output_metric_id: outputId(1), model: 'mean/1', window_s: 10 }, {}],
        lines: [{ tracks: [{ feeds: [outputId(1)] }, {}] }, {}],
        sharing: { tracks: 4, uses: 4 },
      });
    }));

  it('schema prints what is published', async () => {
    const { code, stdout } = await said(['schema']);
    expect([code, stdout]).toEqual([0, readFileSync(SCHEMA, 'utf8')]);
  });
});
