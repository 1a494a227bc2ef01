import { spawnSync } from 'node:child_process';
import { SIM_PARAMETERS, simSource } from '@windrow/simulator';
import { describe, expect, it } from 'vitest';
import { rowsOf } from './read-back.ts';

const BIN = `${import.meta.dirname}/../bin/windrow-simulate.mjs`;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...args: readonly string[]): Ended {
  return spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8' });
}

describe('windrow-simulate', () => {
  it('passes every option on to the simulation, and prints samples with log:', async () => {
    const query =
      'lines=2&sensors=26&start=2026-02-01&seconds=20&rate=2&seed=3&gaps=0.1&gap_s=3&jitter_ms=9' +
      '&disorder_s=2&late=0.1&late_s=10&duplicates=0.1&invalid=0.1';
    const args = [...new URLSearchParams(query)].flatMap(([name, value]) => [
      `--${name.replaceAll('_', '-')}`,
      value,
    ]);
    const { status, stdout, stderr } = run('--out', 'log:', '--progress', 'none', ...args);
    expect(status).toBe(0);
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string | number | null>)
      .map((row) => `${row['metric_id']} ${row['timestamp_ms']} ${row['value'] ?? Number.NaN}`);
    expect(rows).toEqual(await rowsOf(simSource(`sim://extrusion?${query}`)));
    expect(stderr).toContain(' samples of sim://extrusion?lines=2&sensors=26&');
  });

  it('knows every parameter of the URI', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    for (const { name, help } of SIM_PARAMETERS) {
      expect(stdout).toContain(`--${name.replaceAll('_', '-')} `);
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(help);
    }
  });

  it('refuses what it cannot do, with exit code 2', () => {
    const faulty = run('--lines', 'many', '--out', 'x.csv');
    expect(faulty.status).toBe(2);
    expect(faulty.stderr).toBe('error: command line: lines: found "many", expected a number\n');
    expect(run().status).toBe(2);
    expect(run('--lines', '4').stderr).toContain('found nothing to write');
  });
});
