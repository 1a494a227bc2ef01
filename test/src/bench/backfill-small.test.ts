/** The small size of `npm run bench -- backfill`: every contender runs, and all give the same predictions. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from '../structure/workspace.ts';

/** Two lines; ends each minute of 900 s from the first full window to the last whose fill still reaches. */
const PREDICTIONS = 2 * (900 / 60 + 1 - 4);

interface BackfillResult {
  readonly samples: number;
  readonly agreements: Readonly<Record<string, { both: number; relativeMax: number }>>;
  readonly contest: {
    readonly results: readonly {
      name: string;
      cpuMs: { min: number };
      peakBytes: { min: number };
    }[];
  };
}

describe('bench backfill --small', () => {
  const folder = mkdtempSync(join(tmpdir(), 'windrow-bench-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives the same predictions from Windrow and its peers, and a page', () => {
    const main = join(root, 'bench/src/main.ts');
    const args = ['--conditions=windrow-source', main, 'backfill', '--small', '--results', folder];
    const page = execFileSync(process.execPath, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const result = JSON.parse(
      readFileSync(join(folder, 'backfill.json'), 'utf8'),
    ) as BackfillResult;
    expect(page.trim()).toBe(readFileSync(join(folder, 'backfill.md'), 'utf8').trim());
    expect(result.samples).toBe(45_000);
    const agreements = Object.entries(result.agreements);
    expect(agreements.map(([name]) => name)).toEqual(
      expect.arrayContaining(['duckdb windows', 'duckdb cells', 'duckdb rows']),
    );
    for (const [name, { both, relativeMax }] of agreements) {
      expect({ name, both }).toEqual({ name, both: PREDICTIONS });
      expect(relativeMax).toBeLessThanOrEqual(1e-9);
    }
    for (const { cpuMs, peakBytes } of result.contest.results) {
      expect(cpuMs.min).toBeGreaterThan(0);
      expect(peakBytes.min).toBeGreaterThan(1 << 20);
    }
  }, 300_000);
});
