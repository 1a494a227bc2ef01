/** `--dry-run`: the plan and what it costs, held against the published formula; nothing is read or written. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatBytes } from '@windrow/cli';
import { definitionsFor, simOptions } from '@windrow/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand, type CommandResult } from '../kit/run-command.ts';

const models = join(import.meta.dirname, '../../../models');
/** Of the simulator's definition of a line. */
const [INPUTS, WINDOW_S, STEP_S] = [25, 300, 60];
const HOURS = 24;
const STEPS_A_DAY = 86_400 / STEP_S;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'windrow-test-'));
  writeFileSync(
    join(folder, 'definitions.json'),
    JSON.stringify(definitionsFor(simOptions({ lines: 1 }))),
  );
  // Not a sample of it can be read.
  writeFileSync(join(folder, 'samples.csv'), 'metric_id,timestamp_ms,value\nx,y,z\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function dryRun(source: string, more: readonly string[] = []): Promise<CommandResult> {
  return runCommand('backfill', [
    ...['--definitions', join(folder, 'definitions.json'), '--models', models],
    ...['--source', source, '--sink', join(folder, 'out.csv'), '--dry-run', ...more],
  ]);
}

function samplesIn(pattern: RegExp, stdout: string): number {
  return Number(pattern.exec(stdout)?.[1]?.replaceAll(',', ''));
}

describe('backfill --dry-run', () => {
  it('tells what would be read, and what the two stages save', async () => {
    const { code, stdout } = await dryRun(`sim://extrusion?lines=1&hours=${HOURS}`);
    expect(code).toBe(0);
    const samples = HOURS * 3600 * INPUTS;
    expect(stdout).toContain(`reads    ${samples.toLocaleString('en')} samples in`);
    // A window that has a cell is not empty: the last four ends lie after the last sample.
    const windows = HOURS * 60 + WINDOW_S / STEP_S - 1;
    expect(stdout).toMatch(new RegExp(` ${windows.toLocaleString('en')}$`, 'm'));
    const oneStage = STEPS_A_DAY * INPUTS * WINDOW_S * 384;
    const twoStages =
      STEPS_A_DAY * INPUTS * 384 + ((STEPS_A_DAY * WINDOW_S) / STEP_S) * INPUTS * 658;
    expect(stdout).toContain(`${formatBytes(oneStage)} a day  the published formula, one stage`);
    const saved = ((1 - twoStages / oneStage) * 100).toFixed(1);
    expect(stdout).toContain(
      `${formatBytes(twoStages)} a day  the published formula, two stages: ${saved} % less`,
    );
    expect(stdout).toMatch(/^memory {3}[\d.]+ [KM]iB of cells and panes$/m);
    expect(stdout).not.toContain('wait for the end');
  });

  it('cuts as the run would, and shows where', async () => {
    const range = ['--start', '2026-01-05T06:00Z', '--end', '2026-01-05T12:00Z'];
    const { code, stdout } = await dryRun(`sim://extrusion?lines=1&hours=${HOURS}`, [
      ...[...range, '--slice-samples', '200000'],
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'windows that end in: 2026-01-05T06:00:00.000Z to 2026-01-05T12:00:00.000Z',
    );
    // Six hours, and what the first windows of the whole and of the two later slices need from before: 5 minutes each.
    expect(samplesIn(/^reads {4}([\d,]+) samples in /m, stdout)).toBeCloseTo(21_900 * INPUTS, -3);
    expect(samplesIn(/^slices {3}3, ([\d,]+) samples, /m, stdout)).toBeCloseTo(22_500 * INPUTS, -3);
    expect(stdout).toContain('         2026-01-05T06:00:00.000Z to 2026-01-05T08:00:00.000Z\n');
  });

  it('reads no sample, and says what a form without times costs', async () => {
    const { code, stdout, stderr } = await dryRun(join(folder, 'samples.csv'), ['--strict']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('an unknown number of samples in 1 parts');
    expect(stdout).toContain('and 80 MiB of samples that wait for the end');
    expect(readdirSync(folder).toSorted()).toEqual(['definitions.json', 'samples.csv']);
  });
});
