/**
 * A run may not write over what it reads, or over its own other outputs: `--source a.csv --sink a.csv` once replaced the samples by
 * the predictions, with exit code 0.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definitionsFor, simOptions } from '@windrow/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../kit/run-command.ts';

const models = join(import.meta.dirname, '../../../models');
const SAMPLES = 'metric_id,timestamp_ms,value\n';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  writeFileSync(
    join(folder, 'definitions.json'),
    JSON.stringify(definitionsFor(simOptions({ lines: 1 }))),
  );
  writeFileSync(join(folder, 'samples.csv'), SAMPLES);
  symlinkSync(join(folder, 'samples.csv'), join(folder, 'link.csv'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('outputs that clash', () => {
  it.concurrent.each([
    ['the source', 'samples.csv', ['--sink', 'samples.csv']],
    ['the source by another name', 'samples.csv', ['--sink', 'link.csv']],
    ['a file of the source folder', '.', ['--sink', 'samples.csv']],
    ['the definitions', 'samples.csv', ['--sink', 'x.csv', '--summary-file', 'definitions.json']],
    ['another sink', 'samples.csv', ['--sink', 'x.csv', '--sink', './x.csv']],
    ['the dead letters', 'samples.csv', ['--sink', 'x.csv', '--dead-letter', 'x.csv']],
  ])('with %s: exit code 2, nothing touched', async (_name, source, outputs) => {
    const inFolder = outputs.map((text) => (text.startsWith('--') ? text : join(folder, text)));
    const result = await runCommand('backfill', [
      ...['--definitions', join(folder, 'definitions.json'), '--models', models],
      ...['--source', join(folder, source), '--progress', 'none', ...inFolder],
    ]);
    expect(result.stderr).toContain('expected a file of its own');
    expect(result.code).toBe(2);
    expect(readFileSync(join(folder, 'samples.csv'), 'utf8')).toBe(SAMPLES);
  });

  it.concurrent.each([
    ['gs://plant/data', ['gs://plant/data/out.parquet']],
    ['gs://plant/a.csv', ['gs://plant/a.csv']],
    ['sim://extrusion?lines=1&hours=1', ['gs://plant/a.csv', 'gs://plant/a.csv']],
    ['bigquery://p.d.samples?time=t', ['bigquery://p.d.samples']],
  ])('from %s to %j: exit code 2, no service is asked', async (source, sinks) => {
    const result = await runCommand('backfill', [
      ...['--definitions', join(folder, 'definitions.json'), '--models', models],
      ...['--source', source, ...sinks.flatMap((sink) => ['--sink', sink])],
    ]);
    expect(result.stderr).toContain('expected a place of its own');
    expect(result.code).toBe(2);
  });

  it('says so when nothing came out, and does not hang where nothing can be made', async () => {
    const given = ['--definitions', join(folder, 'definitions.json'), '--models', models];
    const source = ['--source', join(folder, 'samples.csv'), '--progress', 'none'];
    const none = await runCommand('backfill', [
      ...given,
      ...source,
      '--sink',
      join(folder, 'y.csv'),
    ]);
    expect(none.stderr).toContain('no window was scored; the source had no sample');
    expect(none.code).toBe(0);
    const foreign = join(folder, 'foreign.csv');
    writeFileSync(foreign, 'metric_id;timestamp_ms;value\n');
    const unread = await runCommand('backfill', [
      ...[...given, '--source', foreign, '--progress', 'none', '--sink', join(folder, 'y.csv')],
    ]);
    expect(unread.stderr).toContain('nothing of the source could be read as a sample');
    const unlike = await runCommand('backfill', [
      ...[...given, ...source, '--sink', join(folder, 'z.csv')],
      ...['--only-changed', join(folder, 'y.csv')],
    ]);
    expect(unlike.stderr).toContain('none of its 0 rows is a prediction of these definitions');
    const nowhere = await runCommand('backfill', [...given, ...source, '--sink', '/proc/x/y.csv']);
    expect(nowhere.stderr).toContain('cannot be written');
    expect(nowhere.code).toBe(1);
  });
});
