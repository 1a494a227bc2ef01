/** The soak at its small size: windrow-stream over a live simulation for a few seconds, with checkpoints. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const SOAK = join(import.meta.dirname, '../../../bench/src/stream/soak.ts');

describe('the soak', () => {
  it('keeps up, loses nothing, and ends in time', async () => {
    const args = ['--conditions=windrow-source', SOAK, '--small'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const published = /^(\d+) predictions, none lost or twice: p50/m.exec(stdout)?.[1];
    expect(Number(published)).toBeGreaterThan(0);
    expect(stdout).toMatch(/CPU \d+ % of a core; memory .* pauses of checkpoints p50/);
  });
});
