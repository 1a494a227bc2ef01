/** The small size of the scoring benchmarks: that they run, and what they check on the way. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../../bench/src/scoring');

function run(script: string, ...args: string[]): string {
  const path = join(FOLDER, script);
  return execFileSync(process.execPath, ['--conditions=windrow-source', path, '--small', ...args], {
    encoding: 'utf8',
  });
}

describe('benchmarks of scoring', () => {
  it.each([0, 1])('sustained, %i workers: every window is scored', (workers) => {
    expect(run('sustained.ts', '--workers', String(workers))).toMatch(/^600 scores in /m);
  });

  it.each([0, 1])(
    'swaps, %i workers: no window lost, doubled, or by another version',
    (workers) => {
      expect(run('swaps.ts', '--workers', String(workers))).toMatch(
        /50 swaps in .* lost 0, doubled or by another version 0, refused 0, models loaded at the end 1;/,
      );
    },
  );

  it('burst: all give the same numbers', () => {
    expect(run('burst.ts')).toMatch(/ours: .* CPU us a window \(ours x 1.00\)/);
  });
});
