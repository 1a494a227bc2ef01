/** windrow-stream over a simulation by the clock: what a new user tries first, and what the soak is made of. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definitionsFor } from '@windrow/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../kit/run-command.ts';
import { SLOW, withApp } from './stream-app.ts';

const MODELS = join(import.meta.dirname, '../../../models');
const LINES = 2;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windrow-live-sim-'));
  const entries = definitionsFor({ lines: LINES, sensors: 25 }, { stepS: 1 });
  await writeFile(join(folder, 'definitions.json'), JSON.stringify(entries));
});
afterAll(() => rm(folder, { recursive: true }));

interface Row {
  readonly metric_id: string;
  readonly window_end_ms: number;
  readonly value: number;
}

function rowsOf(stdout: string): Row[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);
}

const nameOf = ({ metric_id: id, window_end_ms: end }: Row): string => `${id} ${end}`;

describe('a live simulation', SLOW, () => {
  it('is scored as it comes, and goes on after kill -9 where it was', async () => {
    // The five minutes before come at once, so that windows are whole.
    const source = `sim://extrusion?lines=${LINES}&history_s=310&live=true`;
    const args = [
      ...['run', '--definitions', join(folder, 'definitions.json'), '--models', MODELS],
      ...['--source', source, '--sink', 'log:', '--checkpoint', join(folder, 'state')],
      ...['--out-of-order', '0', '--http', '0'],
    ];
    const seen = await withApp(args, async (app) => {
      const recent = (): Row[] =>
        rowsOf(app.stdout).filter((row) => row.window_end_ms > Date.now() - 5000);
      await app.until('three predictions of now', () => recent().length >= 3);
      const labels = 'sink="log:"';
      const count = await app.metric(`windrow_publish_delay_seconds_count{${labels}}`);
      const within = await app.metric(
        `windrow_publish_delay_seconds_bucket{${labels.replace('"log:"', '"log:",le="60"')}}`,
      );
      const sum = await app.metric(`windrow_publish_delay_seconds_sum{${labels}}`);
      expect(count).toBeGreaterThanOrEqual(3);
      expect(within).toBe(count);
      expect(sum).toBeGreaterThan(0);
      expect(await app.json('/readyz')).toEqual({ ready: true, reasons: [] });
      await app.stop('SIGKILL');
      return rowsOf(app.stdout);
    });
    const after = await withApp(args, async (app) => {
      await app.until('predictions', () => rowsOf(app.stdout).length >= 3);
      expect(await app.stop()).toEqual({ code: 0, signal: null });
      return rowsOf(app.stdout);
    });
    // What came twice has one value, and no window of the time in between is left out.
    const values = new Map(seen.map((row) => [nameOf(row), row.value]));
    for (const row of after) {
      expect(row.value).toBe(values.get(nameOf(row)) ?? row.value);
      values.set(nameOf(row), row.value);
    }
    const ends = [...seen, ...after].map((row) => row.window_end_ms);
    const [first, last] = [Math.min(...ends), Math.max(...ends)];
    expect(values.size).toBe(LINES * ((last - first) / 1000 + 1));
  });

  it('is for a stream: dry-run says what it is, a backfill refuses it', async () => {
    const base = ['--definitions', join(folder, 'definitions.json'), '--models', MODELS];
    const source = 'sim://extrusion?live=true';
    const result = await runCommand('stream', [
      ...['dry-run', ...base, '--source', source, '--sink', 'log:'],
    ]);
    expect(result.stdout).toMatch(/sim:.*is simulated as time goes by/);
    expect(result.code).toBe(0);
    const refused = await runCommand('backfill', [
      ...[...base, '--source', source, '--sink', join(folder, 'out.csv')],
    ]);
    expect(refused.stderr).toMatch(/one that goes by the clock is for windrow-stream/);
    expect(refused.code).toBe(2);
  });
});
